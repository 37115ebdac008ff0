"""LibreOffice as the second word processor, and the text of the PDFs it prints.

One start of `soffice` converts any number of documents; each run has its own
profile, so parallel runs do not meet. PDFs are exported tagged, which is what
`body_text` needs to know the order of cells (`reading` says why).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf

from .reading import POINTS_PER_MM, tagged_text

TIMEOUT = 120.0
TAGGED = json.dumps({"UseTaggedPDF": {"type": "boolean", "value": "true"}})
PDF_FILTER = f"pdf:writer_pdf_Export:{TAGGED}"
DOCX_FILTER = "docx:MS Word 2007 XML"
ODT_FILTER = "odt:writer8"
INVISIBLE = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")


class OfficeFailed(RuntimeError):
    """LibreOffice did not convert every document."""


def available() -> str | None:
    """The reason, in words, why LibreOffice cannot be asked; None where it can."""
    if shutil.which("soffice") is None:
        return "no soffice: install Debian's libreoffice-writer"
    return reading_available()


def reading_available() -> str | None:
    """The reason, in words, why `page_texts` cannot read; None where it can."""
    if shutil.which("pdftotext") is None:
        return "no pdftotext: install Debian's poppler-utils"
    return None


def to_pdf(documents: Sequence[Path], into: Path) -> dict[Path, Path]:
    """Each document's tagged PDF in the folder `into`, by one start of LibreOffice.

    A PDF has its document's name; the second of one name gets `-2`, and so on.
    """
    return convert(documents, into, PDF_FILTER)


def resave(documents: Sequence[Path], into: Path) -> dict[Path, Path]:
    """Each document opened and saved as DOCX, under its name in the folder `into`."""
    return convert(documents, into, DOCX_FILTER)


def via_odt(documents: Sequence[Path], into: Path) -> dict[Path, Path]:
    """Each document saved as ODT, that one opened and saved as DOCX, as `resave` names it."""
    if not documents:
        return {}
    with tempfile.TemporaryDirectory(prefix="recordkit-odt-") as name:
        odts = convert(documents, Path(name), ODT_FILTER)
        made = convert(list(odts.values()), into, DOCX_FILTER)
    return {document: made[odt] for document, odt in odts.items()}


def page_texts(pdf: Path) -> list[str]:
    """What poppler reads on each page, headers and footers included.

    In the order of drawing (`-raw`), which keeps the lines of a cell together;
    the other modes mix the lines of cells side by side.
    """
    return _pdftotext(pdf).split("\f")[:-1]


def body_text(pdf: Path, top: float, bottom: float) -> str:
    """The text of all pages without headers and footers, cell by cell.

    `top` and `bottom` are the heights of the bands left out, in mm from the
    paper's upper and lower edge. A tagged PDF is read in the order of its
    structure, so a cell that breaks over a page is whole, and artifacts (page
    headers, repeated table headers) are left out wherever they stand. An
    untagged one is read in the order of drawing, page after page.
    """
    tagged = tagged_text(pdf, top, bottom)
    return "".join(_cropped(pdf, top, bottom)) if tagged is None else tagged


def squeeze(text: str) -> str:
    """The text without white space and invisible characters: lines may wrap anywhere."""
    return "".join(text.translate(INVISIBLE).split())


def in_order(texts: Sequence[str], haystack: str) -> list[str]:
    """The texts that do not stand in the haystack after the one found before.

    Both sides are squeezed and must then agree exactly. A text that is missing
    does not move the place from which the next is searched.
    """
    searched, place, missing = squeeze(haystack), 0, []
    for text in texts:
        wanted = squeeze(text)
        at = searched.find(wanted, place)
        if at < 0:
            missing.append(text)
        else:
            place = at + len(wanted)
    return missing


def convert(documents: Sequence[Path], into: Path, export: str) -> dict[Path, Path]:
    """Each document opened and saved by such a filter (`ods:calc8`), in the folder `into`.

    Copies with plain names are converted, since LibreOffice names results by their stem.
    """
    if not documents:
        return {}
    into.mkdir(parents=True, exist_ok=True)
    ending = "." + export.partition(":")[0]
    with tempfile.TemporaryDirectory(prefix="recordkit-office-") as name:
        folder = Path(name)
        copies = [folder / f"{number}{document.suffix}" for number, document in enumerate(documents)]
        for document, copy in zip(documents, copies, strict=True):
            shutil.copyfile(document, copy)
        said = _soffice(folder, ["--convert-to", export, "--outdir", str(folder / "out"), *map(str, copies)])
        made = [(folder / "out" / copy.stem).with_suffix(ending) for copy in copies]
        _check_made(documents, made, said)
        targets = [into / name for name in _names(documents, ending)]
        for source, target in zip(made, targets, strict=True):
            shutil.move(source, target)
    return dict(zip(documents, targets, strict=True))


def _names(documents: Sequence[Path], ending: str) -> Iterator[str]:
    """A file name for each document, the second of one stem numbered 2."""
    seen: dict[str, int] = {}
    for document in documents:
        count = seen[document.stem] = seen.get(document.stem, 0) + 1
        yield f"{document.stem}{'' if count == 1 else f'-{count}'}{ending}"


def _check_made(documents: Sequence[Path], made: Sequence[Path], said: str) -> None:
    """LibreOffice ends with 0 even if it made nothing."""
    missing = [document.name for document, result in zip(documents, made, strict=True) if not result.exists()]
    if missing:
        raise OfficeFailed(f"LibreOffice did not convert {', '.join(missing)}:\n{said[-2000:]}")


def _soffice(folder: Path, arguments: Sequence[str]) -> str:
    """Run LibreOffice with a profile of its own in `folder`; what it said."""
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
    ]
    environment = {**os.environ, "SAL_USE_VCLPLUGIN": "svp", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        [*command, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        # `soffice` is a script: the whole session it leads has to go, not the script alone.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise OfficeFailed(f"LibreOffice took more than {TIMEOUT:.0f} s") from None
    return said


def _cropped(pdf: Path, top: float, bottom: float) -> Iterator[str]:
    """Each page between the bands; a page of its own, for pages may differ in height."""
    with pikepdf.open(pdf) as opened:
        boxes = [[float(number) for number in page.mediabox.as_list()] for page in opened.pages]
    for number, (left, low, right, high) in enumerate(boxes, start=1):
        height = high - low - (top + bottom) * POINTS_PER_MM
        band = [
            "-x",
            "0",
            "-y",
            f"{top * POINTS_PER_MM:.0f}",
            "-W",
            f"{right - left:.0f}",
            "-H",
            f"{height:.0f}",
        ]
        yield _pdftotext(pdf, "-f", str(number), "-l", str(number), "-r", "72", *band)


def _pdftotext(pdf: Path, *options: str) -> str:
    command = ["pdftotext", "-raw", "-enc", "UTF-8", *options, str(pdf), "-"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
