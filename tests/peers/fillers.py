"""Programs that fill in a form and know nothing of recordkit.

Places are named by field path; `needs.due@1` is the second row of a table. Each
filler takes and gives a DOCX: LibreOffice through UNO, lxml as a script would
use it that somebody wrote in an hour, and an edit that leaves what Word leaves.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

W, W14, W15 = (
    f"{{{uri}}}"
    for uri in (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://schemas.microsoft.com/office/word/2010/wordml",
        "http://schemas.microsoft.com/office/word/2012/wordml",
    )
)
SDT, CONTENT, TEXT = W + "sdt", W + "sdtContent", W + "t"
BOX, TICKED = "□", "☑"
TIMEOUT = 90.0
_MAIN = "word/document.xml"
_PYTHON = "/usr/bin/python3"  # Debian's own; python3-uno is in no other

Values = Mapping[str, str | list[str]]


# --- lxml and Word -------------------------------------------------------------------


def fill_by_lxml(data: bytes, values: Values, *, glyphs: bool = True) -> bytes:
    """Filled by a script: a text for a field, a list of options to tick for one with boxes.

    Like most scripts it leaves the mark that a placeholder is shown, and the
    placeholder's style. Without `glyphs` it sets a box's state and not its sign.
    """
    root = document(data)
    for key, value in values.items():
        control = controls(root, key)
        if isinstance(value, str):
            say(control, value)
        else:
            _tick(control, value, glyphs)
    return with_document(data, root)


def fill_as_word(data: bytes, values: Values, rows: Mapping[str, int] | None = None) -> bytes:
    """Filled as Word leaves it; `rows` are rows to add, by the path of the list."""
    root = document(data)
    for path, number in (rows or {}).items():
        for _ in range(number):
            _add_row(root, path)
    for key, value in values.items():
        control = controls(root, key)
        if isinstance(value, str):
            _forget_placeholder(control)
            say(control, value)
        else:
            _tick(control, value, glyphs=True)
    return with_document(data, root)


def document(data: bytes) -> Any:
    """The main part, parsed."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(_MAIN))


def with_document(data: bytes, root: Any) -> bytes:
    """The package with this main part, zipped as anybody would."""
    from lxml import etree

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            whole = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            new.writestr(name, whole if name == _MAIN else old.read(name))
    return stream.getvalue()


def tagged(root: Any, tag: str) -> list[Any]:
    """The controls with a tag."""
    return [each for each in root.iter(SDT) if each.find(f"{W}sdtPr/{W}tag[@{W}val='{tag}']") is not None]


def controls(root: Any, key: str) -> Any:
    """The control of a place; KeyError where the form has none."""
    path, _, row = key.partition("@")
    found = tagged(root, path)
    if len(found) <= int(row or 0):
        raise KeyError(key)
    return found[int(row or 0)]


def text(control: Any) -> str:
    """What stands in a control."""
    return "".join("\n" if each.tag == W + "br" else each.text or "" for each in control.iter(TEXT, W + "br"))


def boxes(control: Any) -> Iterator[tuple[str, bool, str]]:
    """Each check box in a control: the option, whether it is ticked, the sign it shows."""
    for box in control.iter(W14 + "checkbox"):
        inner = box.getparent().getparent()
        alias = inner.find(f"{W}sdtPr/{W}alias").get(W + "val")
        yield alias, box.find(W14 + "checked").get(W14 + "val") == "1", text(inner)


def say(control: Any, said: str) -> None:
    """Type this into a control."""
    first, *others = control.find(CONTENT).iter(TEXT)
    lines = said.split("\n")
    first.text = lines[0]
    for line in lines[1:]:
        run = first.getparent()
        run.append(run.makeelement(W + "br"))
        run.append(run.makeelement(TEXT))
        run[-1].text = line
    for other in others:
        other.text = ""


def _forget_placeholder(control: Any) -> None:
    """As Word does on the first key: one run without the style of placeholders."""
    for shown in control.findall(f"{W}sdtPr/{W}showingPlcHdr"):
        shown.getparent().remove(shown)
    runs = list(control.find(CONTENT).iter(W + "r"))
    for run in runs[1:]:
        run.getparent().remove(run)
    for child in [child for child in runs[0] if child.tag != TEXT]:
        runs[0].remove(child)


def _tick(control: Any, options: Sequence[str], glyphs: bool) -> None:
    left = set(options)
    for box in control.iter(W14 + "checkbox"):
        inner = box.getparent().getparent()
        option = inner.find(f"{W}sdtPr/{W}alias").get(W + "val")
        if option in left:
            left.remove(option)
            box.find(W14 + "checked").set(W14 + "val", "1")
            if glyphs:
                next(inner.iter(TEXT)).text = TICKED
    if left:
        raise KeyError("、".join(sorted(left)))


def _add_row(root: Any, path: str) -> None:
    """A further item of a repeating section, as its + makes it: same tags, new ids, empty."""
    [section] = [each for each in tagged(root, path) if each.find(f".//{W15}repeatingSection") is not None]
    last = section.find(CONTENT)[-1]
    new = deepcopy(last)
    taken = max(int(each.get(W + "val")) for each in root.iter(W + "id"))
    for number, each in enumerate(new.iter(W + "id"), taken + 1):
        each.set(W + "val", str(number))
    for mark in list(new.iter(W + "bookmarkStart", W + "bookmarkEnd")):
        mark.getparent().remove(mark)
    last.addnext(new)


# --- LibreOffice -----------------------------------------------------------------------


def uno_available() -> str | None:
    """The reason, in words, why LibreOffice cannot be driven; None where it can."""
    if shutil.which("soffice") is None:
        return "no soffice: install Debian's libreoffice-writer"
    asked = [_PYTHON, "-c", "import uno"]
    if not Path(_PYTHON).exists() or subprocess.run(asked, capture_output=True).returncode:
        return "no uno: install Debian's python3-uno"
    return None


@dataclass(frozen=True)
class UnoJob:
    """One form for LibreOffice to fill in.

    `texts` are typed at the fields' bookmarks; `ticks` are the boxes to tick by field,
    counted from 1; `others` what is written behind 其他; `cells` are typed into as a
    whole, named as LibreOffice does (`Table2!B3`).
    """

    docx: Path
    texts: Mapping[str, str]
    ticks: Mapping[str, Sequence[int]] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)


def fill_by_uno(
    docx: Path,
    into: Path,
    texts: Mapping[str, str],
    ticks: Mapping[str, Sequence[int]] | None = None,
    cells: Mapping[str, str] | None = None,
) -> Path:
    """The form opened by LibreOffice, filled and saved as DOCX in the folder `into`."""
    [target] = fill_all_by_uno([UnoJob(docx, texts, ticks or {}, cells=cells or {})], into)
    return target


def fill_all_by_uno(jobs: Sequence[UnoJob], into: Path) -> list[Path]:
    """Forms filled by one start of LibreOffice, each under its name in the folder `into`."""
    into.mkdir(parents=True, exist_ok=True)
    targets = [into / job.docx.name for job in jobs]
    with tempfile.TemporaryDirectory(prefix="recordkit-uno-") as name:
        _drive(Path(name), [_asked(job, target) for job, target in zip(jobs, targets, strict=True)])
    return targets


def _asked(job: UnoJob, target: Path) -> dict[str, Any]:
    from recordkit.formats.docx.anchors import bookmark_name

    def mark(key: str) -> str:
        path, _, row = key.partition("@")
        return bookmark_name(path) + (f"_{int(row) + 1}" if row not in ("", "0") else "")

    return {
        "source": job.docx.resolve().as_uri(),
        "target": target.resolve().as_uri(),
        "texts": {mark(key): value for key, value in job.texts.items()},
        "ticks": {mark(key): list(value) for key, value in job.ticks.items()},
        "others": {mark(key): value for key, value in job.others.items()},
        "cells": dict(job.cells),
    }


def _drive(folder: Path, asked: Sequence[Mapping[str, Any]]) -> None:
    """Start an office of our own, let the script below use it, and end it."""
    pipe = f"pipe,name={folder.name}"
    office = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            f"--accept={pipe};urp;",
        ],
        env={**os.environ, "SAL_USE_VCLPLUGIN": "svp", "LC_ALL": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        said = subprocess.run(
            [_PYTHON, "-c", _SCRIPT, pipe],
            input=json.dumps(asked),
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT + 20 * len(asked),
        )
        if said.returncode:
            raise RuntimeError(f"LibreOffice did not fill the form:\n{said.stderr[-2000:]}")
        office.wait(20)
    finally:
        if office.poll() is None:
            os.killpg(office.pid, signal.SIGKILL)
            office.wait()


_SCRIPT = """
import json, sys, time
import uno
from com.sun.star.beans import PropertyValue

asked = json.load(sys.stdin)
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
for _ in range(300):
    try:
        context = resolver.resolve(f"uno:{sys.argv[1]};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.1)
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")


def option(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def portions(text):
    paragraphs = text.createEnumeration()
    while paragraphs.hasMoreElements():
        paragraph = paragraphs.nextElement()
        if paragraph.supportsService("com.sun.star.text.Paragraph"):
            yield from inner(paragraph)


def inner(holder):
    found = holder.createEnumeration()
    while found.hasMoreElements():
        portion = found.nextElement()
        yield portion
        if portion.TextPortionType == "ContentControl":
            yield from inner(portion.ContentControl)


def fill(asked):
    document = desktop.loadComponentFromURL(asked["source"], "_blank", 0, (option("Hidden", True),))
    marks = document.getBookmarks()

    def controls(name):
        found = portions(marks.getByName(name).getAnchor().getText())
        return [each.ContentControl for each in found if each.TextPortionType == "ContentControl"]

    for name, numbers in asked["ticks"].items():
        boxes = [each for each in controls(name) if each.Checkbox]
        for number in numbers:
            boxes[number - 1].Checked = True
    for name, text in asked["others"].items():
        # A text portion within the control: the control itself can only be appended to.
        [*_, last] = [each for each in controls(name) if not each.Checkbox]
        cursor = last.createTextCursor()
        cursor.gotoEnd(True)
        cursor.setString(text)
    for name, text in asked["texts"].items():
        marks.getByName(name).getAnchor().setString(text)
    for place, text in asked["cells"].items():
        table, _, cell = place.partition("!")
        document.getTextTables().getByName(table).getCellByName(cell).setString(text)
    document.storeToURL(asked["target"], (option("FilterName", "MS Word 2007 XML"),))
    document.close(True)


for job in asked:
    fill(job)
try:
    desktop.terminate()
except Exception:
    pass
"""
