"""What a reader sees in a Word document, and where: cells, paragraphs, marks.

One pass over the body gathers the text as pieces; a cell, a control and a
bookmark are stretches of these pieces. What was deleted, is hidden, or only
prompts (`点击填写`) is no text; ticks stand as ☑ and empty boxes as □ where a
font or a control makes them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

from ...errors import Refused
from ...forms.returned import Anchor
from ...records.kinds import BOX, TICKED
from ...records.text import clean
from ..opc import BadXml, Element, W, parse
from .anchors import PREFIX
from .returned_sheet import END, Mark, Sheet, Unit, too_big
from .returned_signs import GLYPHS, SIGNS, TICKS, form_field, is_on, is_prompt, number, signs, squeezed

MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 500_000
MAX_DEPTH = 100
MAX_CELLS = 50_000

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VAL, _T, _PPR, _RPR, _PSTYLE, _ID = (W + name for name in ("val", "t", "pPr", "rPr", "pStyle", "id"))


def read_sheet(document: bytes, styles: Mapping[str, str], prompts: Iterable[str] = ()) -> Sheet:
    """The body of a document's main part; `styles` are the names of its styles by id,
    `prompts` what its controls show while they are empty.

    Raises Refused for what is damaged or too large to be a form.
    """
    if len(document) > MAX_BYTES or document.count(b"<") > 2 * MAX_ELEMENTS:
        raise too_big("内容太多")
    try:
        root = parse(document)
    except BadXml as error:
        raise Refused(f"Word 文档已损坏，打不开（{error}）。", "请用 Word 或 WPS 打开后重新保存。") from error
    reader = _Reader(styles, frozenset(prompts))
    reader.inside(root)
    reader.sheet.settle()
    return reader.sheet


class _Reader:
    """The one pass over the body."""

    def __init__(self, styles: Mapping[str, str], prompts: frozenset[str]) -> None:
        self.sheet = Sheet()
        self.known_prompts = prompts
        self.out = self.sheet.pieces
        self.titles = {"Title"} | {key for key, name in styles.items() if name in ("title", "标题")}
        self.prompts = {"PlaceholderText"} | {
            k for k, name in styles.items() if name in ("placeholder text", "占位符文本")
        }
        self.depth = 0
        self.unit: Unit | None = None
        self.row: list[int] | None = None
        self.paragraphs = 0
        self.muted = 0
        self.fields: list[bool] = []  # of each field begun: whether its code goes on
        self.codes = 0  # how many of them
        self.styled: list[int] = []  # pieces that look like prompts
        self.open: dict[str, Mark] = {}

    def inside(self, element: Element) -> None:
        """Read the children."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused(
                "Word 文档里一层套一层，套得太深，为了安全不打开。", "请用 Word 或 WPS 重新做这份表。"
            )
        for child in element:
            _READ.get(child.tag, _Reader.inside)(self, child)
        self.depth -= 1

    def skip(self, element: Element) -> None:
        """Properties, deleted text, comments: nothing a reader sees."""

    def put(self, text: str, prompt: bool = False) -> None:
        """One more piece, unless it is hidden or the code of a field."""
        if not self.muted and not self.codes:
            if prompt:
                self.styled.append(len(self.out))
            self.out.append(text)

    # tables and paragraphs

    def table(self, element: Element) -> None:
        if self.unit is None and self.row is None:
            self.sheet.tables.append([])
        self.inside(element)

    def table_row(self, element: Element) -> None:
        properties = element.find(W + "trPr")
        if properties is not None and properties.find(W + "del") is not None:
            return
        if self.unit is not None or self.row is not None or not self.sheet.tables:
            self.inside(element)
            return
        self.row, self.left = [], 0
        if properties is not None:
            self.left = number(properties.find(W + "gridBefore"), 0)
        self.sheet.tables[-1].append(self.row)
        self.inside(element)
        self.row = None

    def cell(self, element: Element) -> None:
        properties = element.find(W + "tcPr")
        span, below = 1, False
        for each in properties if properties is not None else ():
            if each.tag == W + "cellDel":
                return
            if each.tag == W + "gridSpan":
                span = number(each, 1)
            elif each.tag == W + "vMerge" or each.tag == W + "hMerge":
                below = each.get(_VAL, "continue") == "continue"
        if self.unit is not None or self.row is None:
            self.inside(element)
            return
        tables = self.sheet.tables
        unit = Unit(0, len(tables), len(tables[-1]), len(self.row) + 1, self.left, span, below)
        self.left += span
        self.row.append(len(self.sheet.units))
        self.within(unit, element)

    def within(self, unit: Unit, element: Element) -> None:
        """Read a cell or an outer paragraph; the pieces around it tell inside from between."""
        if len(self.sheet.units) >= MAX_CELLS:
            raise too_big("格子太多")
        unit.start = len(self.out)
        self.out.append("")
        self.unit = unit
        self.sheet.units.append(unit)
        self.inside(element) if unit.table else self.paragraph_inside(element)
        self.fields.clear()  # a field left open does not swallow what follows
        self.codes = 0
        self.out.append("")
        unit.end = len(self.out)
        self.unit = None

    def paragraph(self, element: Element) -> None:
        if self.unit is not None:
            self.paragraph_inside(element)
            return
        self.paragraphs += 1
        self.within(Unit(0, 0, self.paragraphs), element)

    def paragraph_inside(self, element: Element) -> None:
        start = len(self.out)
        self.inside(element)
        self.forget_prompts(self.styled_since(start))
        joined = False
        for each in element[0] if len(element) and element[0].tag == _PPR else ():
            if each.tag == _PSTYLE and self.unit and each.get(_VAL) in self.titles:
                self.unit.style = "title"
            elif each.tag == _RPR and len(each):
                joined = each.find(W + "del") is not None
        if not joined:
            self.out.append(END)

    # runs

    def run(self, element: Element) -> None:
        font, hidden, prompt = "", False, False
        if len(element) and element[0].tag == _RPR and len(element[0]):
            font, hidden, prompt = self.look(element[0])
        self.muted += hidden
        for child in element:
            tag = child.tag
            if tag != _T:
                _READ.get(tag, _Reader.inside)(self, child)
            elif text := child.text:
                self.put(signs(text, font) if font else text.replace("\n", " "), prompt)
        self.muted -= hidden

    def look(self, properties: Element) -> tuple[str, bool, bool]:
        """A symbol font's name, whether the run is hidden, whether it is a prompt."""
        font, hidden, prompt = "", False, False
        for each in properties:
            if each.tag == W + "rFonts":
                names = (each.get(W + side, "").lower() for side in ("ascii", "hAnsi"))
                font = next((name for name in names if name in SIGNS), "")
            elif each.tag == W + "vanish":
                hidden = is_on(each.get(_VAL, "1"))
            elif each.tag == W + "rStyle":
                prompt = each.get(_VAL) in self.prompts
        return font, hidden, prompt

    def symbol(self, element: Element) -> None:
        code, font = element.get(W + "char", ""), element.get(W + "font", "").lower()
        if re.fullmatch("[0-9A-Fa-f]{1,4}", code) and not 0xD800 <= int(code, 16) < 0xE000:
            self.put(signs(clean(chr(int(code, 16)))[0], font))

    def styled_since(self, start: int) -> Sequence[int]:
        """The pieces since then that look like prompts, which are forgotten."""
        first = bisect_left(self.styled, start)
        found = self.styled[first:]
        del self.styled[first:]
        return found

    def forget_prompts(self, places: Sequence[int]) -> None:
        """Take out what only says what to fill in; what a program wrote in its place stays."""
        said = squeezed("".join(self.out[place] for place in places)) if places else ""
        if said in self.known_prompts or is_prompt(said):
            for place in places:
                self.out[place] = END if self.out[place] == END else ""

    # fields

    def field_mark(self, element: Element) -> None:
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            if (shown := form_field(element)) is not None:
                self.put(shown)
            self.fields.append(True)
            self.codes += 1
        elif self.fields and kind in ("separate", "end"):
            self.codes -= self.fields.pop()
            if kind == "separate":
                self.fields.append(False)

    # marks

    def bookmark(self, element: Element) -> None:
        name = element.get(W + "name", "")
        if name.lower().startswith(PREFIX):
            mark = Mark(Anchor.BOOKMARK, name, len(self.out))
            self.open[element.get(_ID, "")] = mark
            self.sheet.marks.append(mark)

    def bookmark_end(self, element: Element) -> None:
        if mark := self.open.pop(element.get(_ID, ""), None):
            mark.end = len(self.out)

    def control(self, element: Element) -> None:
        properties = element.find(W + "sdtPr")
        known = {} if properties is None else {each.tag: each for each in properties}
        tag = known[W + "tag"].get(_VAL, "") if W + "tag" in known else ""
        start = len(self.out)
        mark = Mark(Anchor.CONTROL, tag, start)
        if tag and _W14 + "checkbox" not in known:
            self.sheet.marks.append(mark)
        self.inside(element)
        self.prompted(
            W + "showingPlcHdr" in known and is_on(known[W + "showingPlcHdr"].get(_VAL, "1")), start
        )
        for kind, finish in _CONTROLS.items():
            if kind in known:
                finish(self, known[kind], start)
        mark.end = len(self.out)

    def prompted(self, whole: bool, start: int) -> None:
        """Take the prompt out of a control: its styled runs, or all that it shows."""
        styled = self.styled_since(start)
        self.forget_prompts(range(start, len(self.out)) if whole else styled)

    def check_box(self, element: Element, start: int) -> None:
        """A box whose state or sign is ticked is ticked: people change the sign only."""
        state = element.find(_W14 + "checked")
        by_state = state is not None and is_on(state.get(_W14 + "val", "0"))
        shown = "".join(self.out[start:])
        sign = shown.lstrip()[:1]
        by_sign = sign in TICKS
        if sign and sign in GLYPHS and by_state != by_sign and self.unit:
            note = f"{self.unit.where}有方框的状态与显示的不一致（{sign}），按已勾选读。"
            self.sheet.notes += [] if note in self.sheet.notes else [note]
        rest = shown.lstrip()[1:] if sign in GLYPHS else shown
        self.replace(start, (TICKED if by_state or by_sign else BOX) + rest)

    def date(self, element: Element, start: int) -> None:
        """The date behind a control that shows none."""
        full = element.get(W + "fullDate", "")[:10]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", full) and not "".join(self.out[start:]).strip(" \n" + END):
            self.replace(start, full)

    def drop_down(self, element: Element, start: int) -> None:
        """The entry without a value (`选择一项`) is a prompt."""
        shown = "".join(self.out[start:]).strip()
        for item in element.iterchildren(W + "listItem"):
            if shown and not item.get(W + "value") and item.get(W + "displayText", "").strip() == shown:
                self.replace(start, "")

    def replace(self, start: int, text: str) -> None:
        """Let the pieces from `start` on say this; their number stays, since marks count them."""
        if start == len(self.out):
            self.put(text)
            return
        kept = [END if piece == END else "" for piece in self.out[start:]]
        self.out[start:] = [text.replace(END, "") + kept[0], *kept[1:]]

    def alternatives(self, element: Element) -> None:
        """One of several drawings of the same thing."""
        chosen = element.find(_MC + "Choice")
        self.inside(element.find(_MC + "Fallback") if chosen is None else chosen) if len(element) else None


_SKIPPED = (
    "pPr rPr tblPr tblPrEx tblGrid trPr tcPr sdtPr sdtEndPr sectPr del moveFrom instrText delText delInstrText"
    " footnoteReference endnoteReference annotationRef rt background"
)


def _said(text: str) -> Callable[[_Reader, Element], None]:
    return lambda reader, _: reader.put(text)


_READ: dict[object, Callable[[_Reader, Element], None]] = {
    **dict.fromkeys((W + name for name in _SKIPPED.split()), _Reader.skip),
    W + "tbl": _Reader.table,
    W + "tr": _Reader.table_row,
    W + "tc": _Reader.cell,
    W + "p": _Reader.paragraph,
    W + "r": _Reader.run,
    W + "sym": _Reader.symbol,
    W + "fldChar": _Reader.field_mark,
    W + "sdt": _Reader.control,
    W + "bookmarkStart": _Reader.bookmark,
    W + "bookmarkEnd": _Reader.bookmark_end,
    _MC + "AlternateContent": _Reader.alternatives,
    W + "br": _said("\n"),
    W + "cr": _said("\n"),
    W + "tab": _said("\t"),
    W + "ptab": _said("\t"),
    W + "noBreakHyphen": _said("-"),
}
_CONTROLS: dict[str, Callable[[_Reader, Element, int], None]] = {
    _W14 + "checkbox": _Reader.check_box,
    W + "date": _Reader.date,
    W + "dropDownList": _Reader.drop_down,
    W + "comboBox": _Reader.drop_down,
}
