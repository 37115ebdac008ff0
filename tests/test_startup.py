"""Start-up: a command imports what it needs and nothing else.

Said by the list of imported modules, not by a clock. Each command line runs in a
process of its own in the sample station; an import hook writes down what was
imported and by whom (`-X importtime` does not see `importlib.import_module`,
through which commands and forms are loaded). A new dependency has to be given its
place in the table below, or the command that imports it fails here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import docx
import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

from recordkit.cli import COMMANDS

DOSSIER = "dossiers/LX01-GA-2026-0007"
INTAKE = f"{DOSSIER}/intake.yaml"

# Packages, by the names under which they are installed, that a command may import.
BARE = {"click"}
RECORDS = BARE | {
    "pydantic",
    "pydantic-core",
    "annotated-types",
    "typing-extensions",
    "typing-inspection",
    "pyyaml",
}
NAMES = RECORDS | {"pypinyin"}
WORD = RECORDS | {"lxml", "jinja2", "markupsafe"}
PDF = RECORDS | {"typst", "zxing-cpp"}
FILLABLE = PDF | {"pikepdf", "lxml", "packaging", "wrapt", "deprecated"}
EXCEL = RECORDS | {"xlsxwriter", "lxml"}
PICTURES = RECORDS | {"pillow", "zxing-cpp"}
# These belong to no command as such, but to what is put before it.
SELDOM = {
    "docxtpl": "a Word template with tags that Word has split",
    "pillow-heif": "photos in HEIC",
    "pypdfium2": "scans in PDF",
    "rich": "several records, on a terminal",
}

# Rooms of ours that print, read back, fill in, look at pictures: each is for few commands.
FACES = ("formats.docx", "formats.pdf", "formats.pdf_form", "formats.xlsx", "formats.scan", "formats.pile")
READ_BACK = ("forms.answers", "forms.identify", "forms.foreign", "forms.labels")
OTHER_FORMS = tuple(f"records.casework.{module}" for module in ("closing", "planning", "service"))
BUILDING = ("formats.docx.build", "formats.docx.adopt", "formats.docx.returned", "formats.docx.fillable")
# Of Python's own library, what no command needs and takes long.
SLOW = {"asyncio", "sqlite3", "unittest", "xmlrpc", "tkinter", "multiprocessing", "http"}


@dataclass(frozen=True)
class Start:
    """A command line, the packages it may import, and modules of ours it must not."""

    line: str
    may: set[str]
    never: tuple[str, ...] = ()
    # What of SLOW is let through, with no way around it.
    slow: frozenset[str] = frozenset()


# `render` alone may spread its work; `tasks.stations` and `demo` come by it.
CREW = frozenset({"multiprocessing"})

STARTS = [
    Start("--help", BARE, ("tasks", "forms", "formats", "checks", "records.model", "records.fields")),
    Start("--version", BARE, ("tasks", "forms", "formats", "checks", "records.model", "records.fields")),
    Start("init 新站 --code YS01", RECORDS, (*FACES, *READ_BACK), CREW),
    Start("forms", RECORDS, (*FACES, *READ_BACK)),
    Start("show 接案", NAMES, (*FACES, *READ_BACK)),
    Start("new 探访 --client LX01-FW-000123", NAMES, (*FACES, *READ_BACK)),
    Start(f"revise {INTAKE} --reason 补充", NAMES, (*FACES, *READ_BACK)),
    Start(f"check {INTAKE}", RECORDS, (*FACES, *READ_BACK, *OTHER_FORMS)),
    Start("check", RECORDS, (*FACES, *READ_BACK)),
    Start(f"render {INTAKE} --to docx", WORD, (*FACES[2:], *READ_BACK, *OTHER_FORMS, *BUILDING), CREW),
    Start(f"render {INTAKE} --to pdf", PDF, ("formats.docx", *FACES[2:], *READ_BACK, *OTHER_FORMS), CREW),
    Start("blank 接案 --to docx", WORD | NAMES, (*FACES[2:], *READ_BACK, *BUILDING)),
    Start("blank 接案 --to pdf", PDF | NAMES, ("formats.docx", *FACES[2:], *READ_BACK)),
    Start("blank 接案 --to xlsx", EXCEL | NAMES, ("formats.pdf_form", "formats.scan", *BUILDING)),
    Start("blank 接案 --to pdf --fillable", FILLABLE | NAMES, ("formats.xlsx", "formats.scan")),
    Start("read 收回.docx", WORD | NAMES, ("formats.pdf_form", "formats.docx.adopt")),
    Start("import 花名册.csv --dry-run", NAMES | EXCEL, ("formats.docx", "formats.pdf", "formats.scan")),
    Start(
        "fill 街道表.docx --from clients/LX01-FW-000123 --yes", WORD | NAMES, ("formats.pdf", "formats.scan")
    ),
    Start(f"attach 照片.png --to {INTAKE}", PICTURES, ("formats.docx", "formats.pdf", "formats.xlsx")),
    Start("find 泉景", NAMES, FACES),
    Start("dossier status", NAMES, FACES),
    Start("template check 收回.docx", WORD | NAMES, ("formats.pdf", "formats.scan", "formats.xlsx")),
    Start("demo 样例站", WORD | PDF | PICTURES | NAMES, ("formats.scan", "formats.xlsx", *READ_BACK), CREW),
    Start("doctor", RECORDS | PDF, ("formats.scan", "formats.xlsx", "formats.docx", *READ_BACK), CREW),
]

_WATCH = """
import json, sys

at_first, by = set(sys.modules), {}


class Watch:
    @staticmethod
    def find_spec(name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename and frame.f_back:
            frame = frame.f_back
        by.setdefault(name, frame.f_globals.get("__name__", ""))


def tell():
    found = {name: by.get(name, "") for name in set(sys.modules) - at_first}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(found, file)


sys.meta_path.insert(0, Watch)
from recordkit.cli import run

code = run(sys.argv[2:])
tell()
sys.exit(code)
"""


def imported(line: str, station: Path, tmp_path: Path) -> dict[str, str]:
    """The modules a command line imports, each with the module that did."""
    told = tmp_path / "imported.json"
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, told, *line.split()], cwd=station, capture_output=True, check=False
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    # A command that ends at once with a mistake in the line imports little, and proves nothing.
    assert done.returncode in (0, 1), said
    return json.loads(told.read_text("utf-8"))


def why(name: str, by: dict[str, str]) -> str:
    """`http ← urllib.request ← …`: the module, and the way by which it came."""
    way = [name]
    while (name := by.get(name, "")) and name not in way:
        way.append(name)
    return " ← ".join(way)


def packages(by: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Third-party packages that were imported, and one module of each."""
    homes = packages_distributions()
    for name in sorted(by, key=len):
        for home in homes.get(name.partition(".")[0], [])[:1]:
            if home != "recordkit":
                yield canonicalize_name(home), name


@pytest.fixture
def ready(station: Path) -> Path:
    """The station, and beside it what is handed in."""
    template = ROOT / "templates" / "casework" / "intake.docx"
    if template.is_file():
        shutil.copy(template, station / "收回.docx")
    Image.new("L", (400, 600), 250).save(station / "照片.png")
    foreign = docx.Document()
    foreign.add_table(1, 2).cell(0, 0).text = "姓名"
    foreign.save(str(station / "街道表.docx"))
    (station / "花名册.csv").write_text("姓名,性别\n孔令舟,男\n", "utf-8")
    return station


@pytest.mark.parametrize("start", STARTS, ids=lambda start: start.line)
def test_a_command_imports_only_what_it_needs(start: Start, ready: Path, tmp_path: Path) -> None:
    by = imported(start.line, ready, tmp_path)

    foreign = {home: why(name, by) for home, name in reversed(list(packages(by)))}
    assert [way for home, way in foreign.items() if home not in start.may] == []

    ours = tuple(f"recordkit.{name}" for name in start.never)
    assert [why(name, by) for name in sorted(by) if name in ours] == []
    assert [why(name, by) for name in sorted(by) if name in SLOW - start.slow] == []


def test_every_command_is_in_the_table() -> None:
    assert {start.line.split()[0] for start in STARTS} >= set(COMMANDS)


def test_every_dependency_has_its_place_in_the_table() -> None:
    """A new one is added to the commands that need it, or to SELDOM with its reason."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}

    placed = {home for start in STARTS for home in start.may} | set(SELDOM)
    assert declared - placed == set()


def test_one_form_is_printed_without_the_models_of_the_others(station: Path, tmp_path: Path) -> None:
    by = imported(f"render {DOSSIER}/service-plan.yaml --to docx", station, tmp_path)

    assert "recordkit.records.casework.planning" in by
    assert "recordkit.records.casework.closing" not in by
