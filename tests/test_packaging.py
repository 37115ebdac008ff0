"""What is handed out: wheel, sdist, pinned versions, the set-up script, and no traces of our machines."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPENDENCIES = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = [Requirement(text) for extra in PROJECT["optional-dependencies"].values() for text in extra]
LINKED = ("templates", "samples")  # stand at the top, reached through links inside the package


def tree() -> list[str]:
    """The files of the tree as git knows them, and new ones it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not in a git clone: what belongs to the tree is not known")
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return sorted(name for name in names if (ROOT / name).is_file())


def python(*arguments: object, cwd: Path = ROOT, timeout: float = 300, **environment: str) -> str:
    """What a process of this Python printed; its complaint fails the test."""
    done = attempt(*arguments, cwd=cwd, timeout=timeout, **environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def attempt(
    *arguments: object, cwd: Path = ROOT, timeout: float = 300, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd, env={**os.environ, **environment}, capture_output=True, encoding="utf-8",
        timeout=timeout, check=False,
    )  # fmt: skip


# --- Wheel and sdist


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of this tree, made without a network."""
    return build(ROOT, tmp_path_factory.mktemp("dist"), "wheel", "sdist")


def build(source: Path, into: Path, *targets: str) -> tuple[Path, Path]:
    chosen = [word for target in targets for word in ("-t", target)]
    python("-m", "hatchling", "build", "-d", into, *chosen, cwd=source)
    return next(into.glob("*.whl")), next(into.glob("*.tar.gz"), into)


def contents(wheel: Path) -> dict[str, int]:
    """The files of a wheel and their checksums, without pip's own notes."""
    with zipfile.ZipFile(wheel) as opened:
        return {info.filename: info.CRC for info in opened.infolist() if "/RECORD" not in info.filename}


def unpacked(sdist: Path, into: Path) -> Path:
    with tarfile.open(sdist) as opened:
        opened.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none
        opened.extractall(into)
    [folder] = into.iterdir()
    return folder


def test_a_wheel_holds_the_package_and_what_it_links_to_and_nothing_else(built: tuple[Path, Path]) -> None:
    package = {name for name in tree() if name.startswith("recordkit/")}
    linked = {f"recordkit/{name}" for name in tree() if name.startswith(tuple(f"{top}/" for top in LINKED))}
    held = {name for name in contents(built[0]) if ".dist-info/" not in name}

    assert held == package | linked
    assert {"recordkit/formats/form.typ", "recordkit/data/retention.toml"} <= held


def test_a_wheel_carries_the_licences(built: tuple[Path, Path]) -> None:
    notes = {name.partition(".dist-info/")[2] for name in contents(built[0])}

    assert {"licenses/LICENSE", "licenses/recordkit/fonts/OFL.txt"} <= notes


def test_an_sdist_holds_the_tree_and_makes_the_same_wheel(built: tuple[Path, Path], tmp_path: Path) -> None:
    source = unpacked(built[1], tmp_path / "source")
    files = {file.relative_to(source).as_posix() for file in source.rglob("*") if file.is_file()}
    wheel, _ = build(source, tmp_path / "dist", "wheel")

    assert {name for name in tree() if not name.startswith((".", "recordkit/"))} <= files
    assert not [name for name in files if re.search(r"__pycache__|\.pyc$|^\.venv|^demo/", name)]
    assert contents(wheel) == contents(built[0])


WHERE = """
import json, recordkit, sys
from importlib.resources import files
from recordkit import fonts, forms
package = files("recordkit")
print(json.dumps({
    "at": str(recordkit.__file__),
    "forms": len(forms.catalogue()),
    "faces": len(list(fonts.FOLDER.glob("*.[ot]tf"))),
    "samples": (package / "samples" / "recordkit.toml").is_file(),
}))
"""


def test_an_installed_wheel_finds_forms_fonts_and_samples_and_prints(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    into, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    python("-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", into, built[0])

    found = json.loads(python("-c", WHERE, cwd=work, PYTHONPATH=str(into)))
    python(
        "-m", "recordkit", "blank", "casework/intake", "--to", "pdf", "-o", work,
        cwd=work, PYTHONPATH=str(into),
    )  # fmt: skip

    assert found.pop("at").startswith(str(into))
    assert found == {"forms": len(list(ROOT.glob("templates/*/*.toml"))), "faces": 6, "samples": True}
    assert [file.read_bytes()[:5] for file in work.glob("*.pdf")] == [b"%PDF-"]


# --- Dependencies


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text("ascii").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in found}


def test_constraints_hold_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("ascii").splitlines()
    plain = re.compile(r"[a-z0-9-]+==[0-9a-z.]+( ; [a-z_]+ == \"\w+\")?")

    assert [line for line in lines if not line.startswith("#") and not plain.fullmatch(line)] == []
    assert list(pins()) == sorted(pins())


@pytest.mark.parametrize("wanted", [*DEPENDENCIES, *EXTRAS], ids=lambda wanted: wanted.name)
def test_a_direct_dependency_is_pinned_to_a_version_it_asks_for(wanted: Requirement) -> None:
    [pinned] = pins()[canonicalize_name(wanted.name)].specifier

    assert wanted.specifier.contains(pinned.version)


def test_what_dependencies_depend_on_is_pinned_too() -> None:
    assert {name for wanted in [*DEPENDENCIES, *EXTRAS] for name in needed(wanted, {})} <= set(pins())


def needed(wanted: Requirement, seen: dict[str, set[str]]) -> Iterator[str]:
    """A requirement's name and those it brings along, as far as they are installed."""
    name = canonicalize_name(wanted.name)
    yield name
    extras = wanted.extras | {""}
    if extras <= seen.get(name, set()):
        return
    seen[name] = seen.get(name, set()) | extras
    try:
        brought = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:
        return
    for one in brought:
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
            yield from needed(one, seen)


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    sources = [ROOT / name for name in tree() if re.fullmatch(r"recordkit/.*\.py", name)]
    modules = {module for source in sources for module in imported(source)}
    homes = packages_distributions()
    foreign = modules - sys.stdlib_module_names - {"recordkit"}

    assert {canonicalize_name(homes[module][0]) for module in foreign} == {
        canonicalize_name(wanted.name) for wanted in DEPENDENCIES
    }


def imported(source: Path) -> Iterator[str]:
    yield from imports_in(source.read_text("utf-8"))


def imports_in(code: str) -> Iterator[str]:
    """Modules imported by the code, and by code in its strings that runs in a child process."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Constant) and "\nimport " in str(node.value):
            yield from imports_in(node.value)


WINDOWS = {
    "os_name": "nt", "platform_machine": "AMD64", "platform_system": "Windows", "sys_platform": "win32",
    "python_version": "3.12", "python_full_version": "3.12.10", "extra": "",
}  # fmt: skip


def test_every_default_dependency_has_a_wheel_for_windows(tmp_path: Path) -> None:
    reach = pip_dry_run(["click"], tmp_path / "reach", "--no-deps")
    if reach.returncode:
        pytest.skip(f"no package index within reach: {(reach.stderr.splitlines() or ['?'])[-1]}")
    wanted = [str(one) for one in DEPENDENCIES]

    # pip reads markers as of the system it runs on: what only Windows needs is asked for by name.
    while True:
        done = pip_dry_run(
            wanted, tmp_path / "windows", "--only-binary=:all:", "--platform=win_amd64",
            "--python-version=3.12", "--implementation=cp", "-c", ROOT / "constraints.txt",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        chosen = json.loads(done.stdout)["install"]
        if not (more := only_on_windows(chosen)):
            break
        wanted += more

    files = [one["download_info"]["url"].rpartition("/")[2] for one in chosen]
    assert all(re.search(r"-(any|win_amd64)\.whl$", file) for file in files), files


def pip_dry_run(wanted: Sequence[str], target: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return attempt(
        "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--retries=1",
        "--disable-pip-version-check", "--report=-", "--target", target, *options, *wanted,
    )  # fmt: skip


def only_on_windows(chosen: Sequence[dict[str, dict[str, list[str]]]]) -> list[str]:
    """Requirements that hold on Windows and were not followed here."""
    names = {canonicalize_name(str(one["metadata"]["name"])) for one in chosen}
    asked = [Requirement(text) for one in chosen for text in one["metadata"].get("requires_dist", [])]
    return [
        f"{one.name}{one.specifier}"
        for one in asked
        if (one.marker is None or one.marker.evaluate(WINDOWS)) and canonicalize_name(one.name) not in names
    ]


# --- The set-up script


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A tree that was never set up, in a folder with blanks and Chinese characters."""
    into = tmp_path / "新 电脑"
    shutil.copytree(ROOT / "tools", into / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, into)
    return into


def set_up(folder: Path, stand_in: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up, which may install nothing, with a shell script as its Python."""
    python = folder / "python stand-in"
    python.write_text(f"#!/bin/sh\n{stand_in}\n")
    python.chmod(0o755)
    return subprocess.run(
        ["sh", folder / "tools" / "setup.sh", "run"],
        env={**os.environ, "PYTHON": str(python), "RECORDKIT_APT": "no"},
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="make and sh: not on Windows")


@needs_sh
def test_set_up_without_python3_venv_prints_the_line_to_run_and_ends_with_2(fresh: Path) -> None:
    lame = f'case "$*" in *ensurepip*) exit 1 ;; esac\nexec "{sys.executable}" "$@"'

    done = set_up(fresh, lame)

    assert done.returncode == 2
    assert re.search(
        r"^    sudo apt-get update && sudo apt-get install -y python3\S*-venv$", done.stderr, re.M
    )
    assert not (fresh / ".venv").exists()


@needs_sh
def test_set_up_without_a_new_enough_python_says_so_and_ends_with_2(fresh: Path) -> None:
    done = set_up(fresh, "exit 1")

    assert done.returncode == 2
    assert "Python 3.11" in done.stderr
    assert not (fresh / ".venv").exists()


# --- No traces of our machines

TRACES = {
    "somebody's home folder": r"(?<![\w.])/(?:home/[a-z]|roo[t]/|User[s]/[A-Za-z])|[A-Z]:\\User[s]\\",
    "a package index of one's own": r"--(?:extra-)?inde[x]-url|--truste[d]-host|https?://[^\s\"'<>)]*/simpl[e]\b",
    "an address inside a private network": (
        r"(?<![\d.])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\d.])"
    ),
    "a password in an address": r"\w+://[^/\s:@\"']+:[^/\s:@\"']+@",
    "a private key": r"-{5}BEGIN [A-Z ]*PRIVAT[E] KEY",
}


@pytest.mark.parametrize("what", TRACES)
def test_no_file_of_the_tree_holds(what: str) -> None:
    trace = re.compile(TRACES[what])
    found = [
        f"{name}: {hit.group()}"
        for name in tree()
        if (hit := trace.search((ROOT / name).read_bytes().decode("utf-8", "ignore")))
    ]

    assert found == []
