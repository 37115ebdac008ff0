"""The intake form as a person writes it in Typst: `intake.typ`, and its texts before it.

Same texts, faces, header and footer, and the QR drawn in the same way, so that what
is compared is the making of the page.
"""

from __future__ import annotations

import json
from pathlib import Path

from recordkit.formats.qr import drawn
from recordkit.forms.blocks import Arranged, Note

_PAGE = Path(__file__).with_name("intake.typ")


def markup(arranged: Arranged) -> str:
    """The whole markup of a filled intake form."""
    [note] = (block.text for block in arranged.blocks if isinstance(block, Note))
    page = arranged.page
    texts = arranged.view() | {"title": page.title, "code": page.code, "note": note, "qr": drawn(page.qr)}
    # Strings of JSON are strings of Typst, as long as they hold no control characters.
    said = "".join(f"  {name}: {json.dumps(text, ensure_ascii=False)},\n" for name, text in texts.items())
    return f"#let d = (\n{said})\n{_PAGE.read_text(encoding='utf-8')}"
