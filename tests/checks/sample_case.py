"""The sample case in a folder of its own, and small changes to it."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from recordkit.checks import Case, check_case
from recordkit.errors import Severity
from recordkit.records.context import Context
from recordkit.records.fields import Moment
from recordkit.records.reading import load
from recordkit.records.station import Profile

SAMPLES = Path(__file__).parents[2] / "samples"
NUMBER, CLIENT = "LX01-GA-2026-0007", "LX01-FW-000123"
TODAY = date(2026, 12, 31)

Change = Callable[["Folder"], None]


@dataclass
class Folder:
    """A copy of the samples; file names are those of the dossier, else of the client."""

    root: Path

    @classmethod
    def copied(cls, into: Path) -> Folder:
        root = into / "station"
        shutil.copytree(SAMPLES, root)
        return cls(root)

    @property
    def dossier(self) -> Path:
        return self.root / "dossiers" / NUMBER

    def path(self, name: str) -> Path:
        places = (self.dossier / name, self.root / "clients" / CLIENT / name, self.root / name)
        return next((place for place in places if place.exists()), places[0])

    def case(self, today: date | None = TODAY) -> Case:
        loaded = [load(path) for path in sorted(self.dossier.glob("*.yaml"))]
        own = [load(self.path(name)) for name in ("client-record.yaml", "privacy-notice.yaml")]
        profile = Profile.model_validate(tomllib.loads(self.path("recordkit.toml").read_text("utf-8")))
        siblings = [one.record for one in loaded if one.record]
        context = Context(profile, own[0].record, NUMBER, siblings)
        return Case([*loaded, *own], context, today, self.dossier)

    def codes(self) -> set[str]:
        """The errors and warnings there are, by code."""
        found = check_case(self.case(), Moment.FILL)
        return {finding.code for finding in found if finding.severity is not Severity.INFO}


def swap(name: str, old: str, new: str) -> Change:
    """Every occurrence of a text replaced; it must be there."""

    def change(folder: Folder) -> None:
        path = folder.path(name)
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), "utf-8")

    return change


def add(name: str, lines: str) -> Change:
    """Lines added at the end."""
    return lambda folder: _write(folder.path(name), folder.path(name).read_text("utf-8") + lines + "\n")


def remove(*names: str) -> Change:
    def change(folder: Folder) -> None:
        for name in names:
            folder.path(name).unlink()

    return change


def copy(name: str, to: str) -> Change:
    def change(folder: Folder) -> None:
        shutil.copy(folder.path(name), folder.path(name).with_name(to))

    return change


def same_narrative(source: str, target: str) -> Change:
    """One session's story pasted into another."""

    def change(folder: Folder) -> None:
        block = re.compile(r"^narrative: \|\n(?:  .*\n|\n)+", re.MULTILINE)
        pasted = block.search(folder.path(source).read_text("utf-8"))
        assert pasted
        text = block.sub(lambda _: pasted[0], folder.path(target).read_text("utf-8"))
        _write(folder.path(target), text)

    return change


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
