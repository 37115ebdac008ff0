"""A form as HTML, as somebody writes it who prints forms with WeasyPrint.

Tables of the default layout in Debian's Noto faces, header and footer in the
margins; `FIXED` adds what whoever reads the manual on speed would add.
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from recordkit.forms import Arranged
from recordkit.forms.blocks import Block, Cell, Grid, Note, Page, Signatures, Table

FACE = "Noto Serif CJK SC"
FIXED = "table{table-layout:fixed}"
_STYLE = """
@page { size: A4; margin: 25mm 22mm 25mm 28mm;
  @top-left { content: '%s' } @top-right { content: '%s' }
  @bottom-left { content: '%s' } @bottom-center { content: '第 ' counter(page) ' 页 共 ' counter(pages) ' 页' }
  @bottom-right { content: '%s' } font: 9pt 'Noto Serif CJK SC' }
body { font: 10.5pt/1.4 'Noto Serif CJK SC' }
h1 { font: bold 22pt 'Noto Serif CJK SC'; text-align: center; margin: 0 0 4mm }
table { border: 1.5pt solid; border-collapse: collapse; width: 100%% }
td, th { border: .5pt solid; padding: 1.6mm; height: 6mm }
th { font-family: 'Noto Sans CJK SC'; font-weight: normal; width: 26mm }
thead { display: table-header-group }
.title { background: #f2f2f2; font-weight: bold }
.sign { height: 24mm; vertical-align: top }
"""


def page(arranged: Arranged) -> str:
    """The whole document."""
    body = "".join(line for block in arranged.blocks for line in _block(block))
    return (
        f"<!doctype html><html lang=zh-CN><head><meta charset=utf-8><title>{_text(arranged.page.title)}</title>"
        f"<style>{_style(arranged.page)}</style></head>"
        f"<body><h1>{_text(arranged.page.title)}</h1>{body}</body></html>"
    )


def _style(page: Page) -> str:
    return _STYLE % (page.station, page.number, f"{page.code} {page.title}", page.mark)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Grid(title=title, rows=rows):
            yield "<table>"
            if title:
                yield f"<tr><td colspan=4 class=title>{_text(title)}</td></tr>"
            yield from (f"<tr>{''.join(_pair(cell, 4 // len(row)) for cell in row)}</tr>" for row in rows)
            yield "</table>"
        case Table(title=title, columns=columns, rows=rows):
            heads = "".join(f"<th>{_text(column.label)}</th>" for column in columns)
            yield f"<table><thead><tr>{heads}</tr></thead>"
            for row in rows:
                yield f"<tr>{''.join(f'<td>{_text(cell.text)}</td>' for cell in row)}</tr>"
            yield "</table>"
        case Signatures(rows=rows):
            for signs in rows:
                said = (_signed(s.opinion_caption, s.opinion, s.caption, s.sign) for s in signs)
                yield f"<table><tr>{''.join(said)}</tr></table>"
        case Note(text=text):
            yield f"<p>{_text(text)}</p>"


def _pair(cell: Cell, span: int) -> str:
    return f"<th>{_text(cell.label)}</th><td colspan={max(span - 1, 1)}>{_text(cell.text)}</td>"


def _signed(asked: str, opinion: Cell | None, caption: str, sign: Cell) -> str:
    said = f"{_text(asked)}{_text(opinion.text)}<br>" if opinion else ""
    return f"<td class=sign>{said}{_text(caption)}{_text(sign.text)}</td>"


def _text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
