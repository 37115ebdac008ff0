"""The QR in a page's footer, by which a scan finds its record."""

from __future__ import annotations

import re

_BORDER = 2  # modules left white around the code; the drawing comes with four


def drawn(text: str) -> str:
    """The text as a QR code with error correction M: an SVG in modules, the same for the
    same text."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawing = code.to_svg(scale=1, add_quiet_zones=True)
    size = int(re.findall('width="([0-9]+)"', drawing)[0])
    [modules] = re.findall('<path d="([^"]+)"', drawing)
    box = f"{4 - _BORDER} {4 - _BORDER} {size - 2 * (4 - _BORDER)} {size - 2 * (4 - _BORDER)}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{modules}"/></svg>'
