"""The engines that make PDFs; engines.py starts them."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from .peers import Missing
from .word_engines import Start, Work, read

PILE = 20


def recordkit_pdf(series: str, folder: Path) -> tuple[str, Start]:
    from recordkit import __version__
    from recordkit.formats import pdf

    from . import cases

    def start(number: int) -> Work:
        arranged, on = cases.arranged(series, number)
        return lambda: pdf.write(arranged, on)

    return __version__, start


def by_hand(series: str, folder: Path) -> tuple[str, Start]:
    """Typst with the same faces and the same standards, given finished markup."""
    import typst

    from recordkit.formats import pdf

    markup = read(folder / "markup.json")
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
    pages = read(folder / "pages.json")
    more = [CSS(string=style)] if style else None
    return version(
        "weasyprint"
    ), lambda number: lambda: HTML(string=pages[str(number)]).write_pdf(stylesheets=more)


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


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
