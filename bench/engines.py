"""One engine in a process of its own: `python -m bench.engines NAME SERIES FOLDER`.

It says `ready` with its version, or `missing` with the reason. Then each line
it is given is the number of a document, with a path if somebody wants to see
it; the answer is how many milliseconds the document took. `memory` asks for
the most memory the process has had, in kilobytes. docxtemplater.js answers the
same questions.
"""

from __future__ import annotations

import io
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from .peers import Missing

PILE = 20  # documents that LibreOffice is given at one start

Work: TypeAlias = Callable[[], bytes]
# From a document's number to what makes it; everything before the clock starts is done there.
Start: TypeAlias = Callable[[int], Work]
# What an engine is made of: the series and the folder with its material. It tells its version.
Made: TypeAlias = Callable[[str, Path], tuple[str, Start]]

# --- Word documents


def recordkit_word(series: str, folder: Path | None) -> tuple[str, Start]:
    from recordkit import __version__, forms
    from recordkit.formats import docx

    from . import cases

    ready = docx.ready(forms.load(cases.FORMS[series]))

    def start(number: int) -> Work:
        arranged, _ = cases.arranged(series, number)
        return lambda: docx.write(arranged, ready)

    return __version__, start


def docxtpl(series: str, folder: Path) -> tuple[str, Start]:
    """As its manual says: open, render, save; from memory and into it."""
    from docxtpl import DocxTemplate

    template = (folder / "template.docx").read_bytes()
    views = _read(folder / "views.json")

    def start(number: int) -> Work:
        def work() -> bytes:
            document = DocxTemplate(io.BytesIO(template))
            document.render(view, autoescape=True)
            document.save(target := io.BytesIO())
            return target.getvalue()

        view = views[str(number)]
        return work

    return version("docxtpl"), start


# --- PDFs


def recordkit_pdf(series: str, folder: Path) -> tuple[str, Start]:
    from recordkit import __version__
    from recordkit.formats import pdf

    from . import cases

    def start(number: int) -> Work:
        arranged, on = cases.arranged(series, number)
        return lambda: pdf.write(arranged, on)

    return __version__, start


def recordkit_again(series: str, folder: Path | None) -> tuple[str, Start]:
    """The texts of one document again and again, each time under another form's number."""
    from recordkit import __version__
    from recordkit.formats import pdf

    from . import cases

    def start(number: int) -> Work:
        same, on = cases.arranged(series, max(number, cases.AGAIN))
        page = replace(same.page, number=f"{same.page.number}-{number}", qr=f"{same.page.qr} {number}")
        return lambda: pdf.write(replace(same, page=page), on)

    return __version__, start


def by_hand(series: str, folder: Path) -> tuple[str, Start]:
    """Typst with the same faces and the same standards, given finished markup."""
    import typst

    from recordkit.formats import pdf

    markup = _read(folder / "markup.json")
    compiler = typst.Compiler(root=str(folder), font_paths=pdf.faces())

    def start(number: int) -> Work:
        code = markup[str(number)].encode()
        return lambda: bytes(
            compiler.compile(input=code, format="pdf", pdf_standards=pdf.STANDARDS, timestamp=0)
        )

    return version("typst"), start


def weasyprint(series: str, folder: Path, subset: bool = True, style: str = "") -> tuple[str, Start]:
    """Stock WeasyPrint; without `subset` as on a machine without libharfbuzz-subset0."""
    from weasyprint import CSS, HTML
    from weasyprint.pdf import fonts

    from . import web

    if web.FACE not in _said("fc-list", ":", "family"):
        raise Missing(f"the fonts of Debian's fonts-noto-cjk ({web.FACE}) are not installed")
    if not subset:
        fonts.harfbuzz_subset = None  # what it holds where the library is not found
    elif fonts.harfbuzz_subset is None:
        raise Missing("libharfbuzz-subset0 is not installed")
    pages = _read(folder / "pages.json")
    more = [CSS(string=style)] if style else None

    def start(number: int) -> Work:
        return lambda: bytes(HTML(string=pages[str(number)]).write_pdf(stylesheets=more))

    return version("weasyprint"), start


def without_subset(series: str, folder: Path) -> tuple[str, Start]:
    return weasyprint(series, folder, subset=False)


def fixed_tables(series: str, folder: Path) -> tuple[str, Start]:
    from . import web

    return weasyprint(series, folder, style=web.FIXED)


def libreoffice(series: str, folder: Path, pile: int = 1) -> tuple[str, Start]:
    """LibreOffice started once for `pile` documents; the answer is the whole pile."""
    if not shutil.which("soffice"):
        raise Missing("LibreOffice (soffice) is not installed")
    home = Path(tempfile.mkdtemp(dir=folder))
    ours = f"-env:UserInstallation={(home / 'profile').as_uri()}"

    def start(number: int) -> Work:
        files = [str(folder / "docx" / f"{each}.docx") for each in range(number, number + pile)]

        def work() -> bytes:
            command = ["soffice", ours, "--headless", "--convert-to", "pdf", "--outdir", str(home), *files]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return (home / f"{number}.pdf").read_bytes()

        return work

    found = re.search(r"[\d.]+", _said("soffice", ours, "--version"))
    return found[0] if found else "", start


def libreoffice_pile(series: str, folder: Path) -> tuple[str, Start]:
    return libreoffice(series, folder, PILE)


def _read(path: Path) -> dict[str, Any]:
    """What lies ready for an engine, by the number of the document."""
    return dict(json.loads(path.read_text("utf-8")))


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


# --- the process


ENGINES: Mapping[str, Made] = {
    "recordkit-docx": recordkit_word,
    "recordkit-pdf": recordkit_pdf,
    "recordkit-pdf-again": recordkit_again,
    "docxtpl": docxtpl,
    "by-hand": by_hand,
    "weasyprint": weasyprint,
    "weasyprint-fixed": fixed_tables,
    "weasyprint-without": without_subset,
    "libreoffice": libreoffice,
    "libreoffice-pile": libreoffice_pile,
}


def _memory() -> int:
    """The most this process has had, or the largest it has started."""
    status = Path("/proc/self/status").read_text("ascii")
    own = re.search(r"VmHWM:\s*(\d+)", status)
    return max(int(own[1]) if own else 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def main(name: str, series: str, folder: str) -> None:
    """Answer until nobody asks any more."""
    try:
        found, start = ENGINES[name](series, Path(folder))
    except (ImportError, OSError, Missing) as reason:
        print("missing", str(reason).partition("\n")[0], flush=True)
        return
    print("ready", found, flush=True)
    for line in sys.stdin:
        print(_memory() if line == "memory\n" else _made(start, *line.split()), flush=True)


def _made(start: Start, number: str, path: str = "") -> float:
    work = start(int(number))
    begun = time.perf_counter()
    data = work()
    taken = (time.perf_counter() - begun) * 1000
    if path:
        Path(path).write_bytes(data)
    return taken


if __name__ == "__main__":
    main(*sys.argv[1:])
