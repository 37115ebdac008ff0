"""The pages say what is so: generated ones are fresh, commands shown exist and
print what is shown, links lead somewhere."""

from __future__ import annotations

import importlib.util
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import click
import pytest
from conftest import ROOT, SAMPLES
from docs_kit import HANDS

from recordkit.cli import COMMANDS, cli, run
from recordkit.tasks import naming

DOCS = ROOT / "docs"
GUIDES = ("社工使用指南.md", "培训师使用指南.md")
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
GENERATED = ("cli.md", "rules.md", "forms.md", "读回一览.md")
TODAY = date(2026, 11, 20)
METHODS = {*naming.METHOD_NAMES, *naming.METHOD_NAMES.values()}
_FENCE = re.compile(r"^```(\S*) *(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_tool", ROOT / "tools" / "docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- generated pages


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_what_the_code_says(docs: ModuleType, name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == docs.text_of(name), "out of date: run `make docs`"


def test_a_page_is_the_same_on_any_terminal(docs: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("LINES", "10")

    assert (DOCS / "cli.md").read_text(encoding="utf-8") == docs.text_of("cli.md")


def commands(group: click.Group, path: str = "recordkit") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_every_command_and_option_is_in_the_reference() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")

    for path, command in commands(cli):
        section = re.search(rf"^#+ {path}\n(.*?)(?=^#+ |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert all(option in section[1] for option in parameter.opts), (path, parameter.opts)


def test_the_reference_speaks_no_english_of_click() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    english = r"Usage|Options?|Commands?|Arguments?|Show|message|exit|default|required|INTEGER|TEXT|ARGS"

    assert not re.findall(rf"\b(?:{english})\b", page)


def test_every_code_of_a_finding_is_explained() -> None:
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "recordkit").rglob("*.py"))
    codes = set(re.findall(r'"((?:NEED|[A-Z]{2})-\d{1,2})"', source))

    assert codes
    assert not {code for code in codes if f"| {code} |" not in page}


# --- commands shown


def shown(path: Path) -> Iterator[str]:
    """Every command line in a page, from blocks and from running text."""
    text = path.read_text(encoding="utf-8")
    for _, _, block in _FENCE.findall(text):
        yield from re.findall(r"^(?:> )?(recordkit .+)$", block, re.MULTILINE)
    yield from re.findall(r"`(recordkit [^`]+)`", _FENCE.sub("", text))


LINES = [
    pytest.param(line, id=f"{page.name}: {line}")
    for page in PAGES
    if page.name not in GENERATED
    for line in dict.fromkeys(shown(page))
]


def parsed(words: list[str]) -> dict[str, Any]:
    """What click reads of a command line, without running it. A command that is
    only named, as in running text, has nothing to read."""
    command: click.Command = cli
    context = click.Context(cli, info_name=words[0])
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        assert found, f"no command {rest[0]}"
        command, rest = found, rest[1:]
    if not rest or rest == ["--help"]:
        return {}
    return command.make_context(words[-1], rest, parent=context).params


@pytest.mark.parametrize("line", LINES)
def test_a_command_that_is_shown_exists(line: str) -> None:
    given = parsed([word for word in shlex.split(line, comments=True) if word != "…"])
    several = [word for name in ("forms", "wanted") for word in given.get(name) or () if word not in METHODS]

    for word in filter(None, [given.get("form"), *several]):
        assert len(naming.forms_named(word)) == 1, word


def test_the_lines_are_found() -> None:
    assert {words[1] for line in LINES if (words := str(line.values[0]).split())} >= set(COMMANDS)


def test_everything_that_people_do_is_asked_of_them() -> None:
    lines = [line for guide in GUIDES for line in shown(DOCS / guide)]

    assert all(any(line.startswith(begin) for line in lines) for begin in HANDS)


class Session:
    """A guide played from top to bottom on a copy of the samples, by a program and by
    people: what `HANDS` says is done before the command it names."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = monkeypatch
        self.done: set[str] = set()

    def say(self, line: str) -> str:
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return ""
        for begin, somebody in HANDS.items():
            if line.startswith(begin) and begin not in self.done:
                self.done.add(begin)
                somebody(self.folder)
        self.patch.chdir(self.folder)
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            run(words[1:])
        return said.getvalue()


def pattern(expected: str) -> str:
    """What the guide shows, as a pattern: `…` is anything, alone on a line any lines."""
    return "".join(
        "(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n"
        for line in expected.splitlines()
    )


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_shows_what_the_program_prints(
    guide: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recordkit.cli.clock.today", lambda: TODAY)
    shutil.copytree(SAMPLES, tmp_path / "样例社工站")
    session = Session(tmp_path, monkeypatch)
    played = 0

    for language, name, block in _FENCE.findall((DOCS / guide).read_text(encoding="utf-8")):
        if language == "yaml" and name:
            (session.folder / name).write_text(block, encoding="utf-8")
        if language != "console":
            continue
        for line, expected in re.findall(r"^> (.+)\n((?:(?!> ).*\n)*)", block, re.MULTILINE):
            said = session.say(line)
            assert re.fullmatch(pattern(expected), said), f"{line}\n--- shown\n{expected}--- printed\n{said}"
            played += 1

    assert played > 10


# --- links


def anchors(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}
    return made | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
    targets = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]

    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path), target


def test_the_pictures_are_light() -> None:
    assert all(path.stat().st_size < 120_000 for path in (DOCS / "images").iterdir())


ROOMS = r"(?:records|forms|formats|checks|tasks|cli|data|templates|samples|tools|tests)/"


def named(line: str) -> Iterator[str]:
    """The files a line names; one without a folder lies in that of the one before."""
    folder = ""
    for name in re.findall(r"`([\w./-]+(?:\.py|\.toml|\.typ|/))`", line):
        if re.match(ROOMS, name):
            folder = name if name.endswith("/") else name.rpartition("/")[0] + "/"
            yield name
        elif folder and "/" not in name and name != "errors.py":  # which lies in no room
            yield folder + name


def test_the_architecture_page_names_files_that_exist() -> None:
    text = _FENCE.sub("", (DOCS / "architecture.md").read_text(encoding="utf-8"))
    found = {name for line in text.splitlines() for name in named(line)}

    assert len(found) > 100
    missing = {
        name for name in found if not any((place / name).exists() for place in (ROOT, ROOT / "recordkit"))
    }
    assert not missing
