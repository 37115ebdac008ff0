"""One record of every form and version, kept for ever: older files always load.

The values read from it stand beside it. When a form changes, its golden record
stays and a new one with the next version joins it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recordkit.forms import catalogue
from recordkit.records.reading import load

GOLDEN = sorted((Path(__file__).resolve().parents[1] / "golden").glob("*/*.yaml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_old_record_is_read_as_it_always_was(path: Path) -> None:
    loaded = load(path)

    assert loaded.findings == []
    assert loaded.record.plain() == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_every_form_and_version_has_its_golden_record() -> None:
    wanted = {f"{form.id}.v{version}" for form in catalogue() for version in range(1, form.model.newest + 1)}

    assert {f"{path.parent.name}/{path.stem}" for path in GOLDEN} >= wanted
