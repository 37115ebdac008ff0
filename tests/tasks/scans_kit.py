"""Printed pages as they come back from a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from PIL import Image

from recordkit.errors import Exit

CASE = "dossiers/LX01-GA-2026-0007"
FOLLOW_UP = f"{CASE}/follow-up-0002.yaml"
SIGNED = ("--signed", "sign_worker", "--on", "2026-10-09")


def photographed(recordkit: Callable, station: Path, record: str = FOLLOW_UP) -> list[Path]:
    """The record printed, each page photographed; beside the workspace, as a phone's files are."""
    folder = station.parent / "手机 照片"
    assert recordkit("render", station / record, "-o", folder, "--to", "pdf", cwd=station).code == Exit.DONE
    [pdf] = folder.glob("*.pdf")
    document, pages = pypdfium2.PdfDocument(pdf), []
    for number, page in enumerate(document, 1):
        pages.append(folder / f"IMG_{number}.jpg")
        page.render(scale=180 / 72).to_pil().convert("L").save(pages[-1], quality=75)
    document.close()
    pdf.unlink()
    return pages


def photo(path: Path, colour: str = "red", day: str = "") -> Path:
    image, exif = Image.new("RGB", (400, 300), colour), Image.Exif()
    if day:
        exif.get_ifd(0x8769)[0x9003] = f"{day} 10:00:00"
    image.save(path, exif=exif)
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
