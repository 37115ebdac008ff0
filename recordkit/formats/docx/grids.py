"""Tables that hang together: cells that end in a paragraph, rows that fit the grid.

Two XPath expressions find the tables that may be wrong; only these are walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from ..opc import W_URI, Element, Problem, W, children

_TBL, _TR, _TC, _P, _SDT = W + "tbl", W + "tr", W + "tc", W + "p", W + "sdt"
_TRPR, _TCPR, _GRID = W + "trPr", W + "tcPr", W + "tblGrid"
_SPAN, _VMERGE, _VAL = W + "gridSpan", W + "vMerge", W + "val"
_BEFORE, _AFTER = W + "gridBefore", W + "gridAfter"
_TAIL = frozenset((_P, _TBL, _SDT, W + "customXml", W + "altChunk"))

# Cells that do not end in a paragraph; tables whose rows need a closer look. Without [1] the grid
# would be searched among all rows of the table, for every row.
_ENDLESS = "//w:tc[not(*[last()][self::w:p])]"
_SUSPECT = """//w:tbl[not(w:tr) or w:sdt or w:tr/w:tc/w:tcPr/w:vMerge or w:tr[not(w:tc) or count(w:tc)
  + sum(w:tc/w:tcPr/w:gridSpan/@w:val) - count(w:tc/w:tcPr/w:gridSpan)
  + sum(w:trPr/w:gridBefore/@w:val) + sum(w:trPr/w:gridAfter/@w:val) != count(../w:tblGrid[1]/w:gridCol)]]"""


class _Merge(NamedTuple):
    """What `w:gridSpan` and `w:vMerge` say of a cell."""

    span: int = 1
    vertical: str = ""  # '', 'restart', 'continue'


_PLAIN = _Merge()
_Merged: TypeAlias = dict[Element, _Merge]


def table_problems(name: str, root: Element) -> Iterator[Problem]:
    """All tables of a part; nested ones are tables of their own."""
    suspects = set(_path(_SUSPECT)(root))
    endless = {cell for cell in _path(_ENDLESS)(root) if not _ends_well(cell)}
    suspects |= {next(cell.iterancestors(_TBL)) for cell in endless}
    if not suspects:
        return
    merged = _merged_cells(root)
    for number, table in enumerate(root.iter(_TBL), start=1):
        if table in suspects:
            yield from _problems_of(f"{name} 第 {number} 个表格", table, merged, endless)


def _merged_cells(root: Element) -> _Merged:
    merged: _Merged = {}
    for element in root.iter(_SPAN, _VMERGE):
        properties = element.getparent()
        if properties.tag == _TCPR:
            cell = properties.getparent()
            before = merged.get(cell, _PLAIN)
            if element.tag == _SPAN:
                merged[cell] = before._replace(span=_number(element, 1))
            else:
                merged[cell] = before._replace(vertical=element.get(_VAL, "continue"))
    return merged


def _problems_of(where: str, table: Element, merged: _Merged, endless: set[Element]) -> Iterator[Problem]:
    grid = table.find(_GRID)
    width = 0 if grid is None else len(grid)
    above: dict[int, _Merge] = {}
    number = 0
    for number, row in enumerate(children(table, _TR), start=1):
        cells = _cells(row)
        total, columns = _layout(row, cells, merged)
        place = f"{where}第 {number} 行"
        if not cells:
            yield Problem("cell", f"{place}没有单元格")
        if endless:
            for index, cell in enumerate(cells, start=1):
                if cell in endless:
                    yield Problem("cell", f"{place}第 {index} 格不是以段落结尾")
        if total != width:
            yield Problem("grid", f"{place}合计 {total} 列，表格的列定义是 {width} 列")
        for column, cell in columns.items():
            upper = above.get(column, _PLAIN)
            if cell.vertical == "continue" and (not upper.vertical or upper.span != cell.span):
                yield Problem("grid", f"{place}第 {column + 1} 列的纵向合并在上一行没有开头")
        above = columns
    if not number:
        yield Problem("cell", f"{where}没有一行")


def _cells(row: Element) -> list[Element]:
    """The cells of a row, also those inside content controls."""
    cells = list(row.iterchildren(_TC))
    properties = row.find(_TRPR) is not None
    return cells if len(row) == len(cells) + properties else list(children(row, _TC))


def _layout(row: Element, cells: list[Element], merged: _Merged) -> tuple[int, dict[int, _Merge]]:
    """The width of a row in grid columns, and its merged cells by column."""
    properties = row.find(_TRPR)
    column = 0 if properties is None else _number(properties.find(_BEFORE), 0)
    columns: dict[int, _Merge] = {}
    for cell in cells:
        merge = merged.get(cell)
        if merge is None:
            column += 1
        else:
            columns[column] = merge
            column += merge.span
    if properties is not None:
        column += _number(properties.find(_AFTER), 0)
    return column, columns


def _number(element: Element | None, default: int) -> int:
    value = "" if element is None else element.get(_VAL, "")
    return int(value) if value.isdecimal() else default


@cache
def _path(expression: str) -> Any:
    from lxml import etree

    return etree.XPath(expression, namespaces={"w": W_URI})


def _ends_well(cell: Element) -> bool:
    """Whether the last block of a cell is a paragraph, or a control around one."""
    last = next((child for child in reversed(cell) if child.tag in _TAIL), None)
    return last is not None and last.tag in (_P, _SDT)
