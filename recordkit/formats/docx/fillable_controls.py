"""Content controls that know what may stand in them: text, days, lists to choose from, boxes to tick."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from itertools import count
from typing import TypeAlias

from ...forms import Form
from ...records import kinds
from ...records.fields import Spec
from ...records.kinds import BOX, OTHER, RULE, TICKED
from ..opc import Element, W
from .fillable_hints import COMPUTED, HINT_STYLE, LETTER, NAMESPACES, PERSON, Hints, fitting, wording

W14, W15 = (f"{{{NAMESPACES[name]}}}" for name in ("w14", "w15"))
STAFF = "人员编号"  # what a reference to a member of the staff is called
_SDT, _P, _R, _T, _VAL = (W + name for name in ("sdt", "p", "r", "t", "val"))
_RPR, _PR, _CONTENT, _TAG = (W + name for name in ("rPr", "sdtPr", "sdtContent", "tag"))
LONGEST = 64  # Word's limit for a control's tag and title
_USUAL_ROOM = 10 * LETTER  # where no cell says how wide it is
_USUAL_MARGIN = 108  # twips, Word's own
_KEPT_OPEN, _FOR_THE_PEN = "sdtLocked", "contentLocked"
_PEN = (kinds.Sign, kinds.Seal, kinds.Picture, kinds.Files)
_BLANKS = " 　\n\t年月日时分至"
# The order that the schema wants; types of control come last.
_ORDER = ("rPr", "alias", "tag", "id", "lock", "placeholder", "temporary", "showingPlcHdr", "dataBinding")
_RANK = {W + name: rank for rank, name in enumerate(_ORDER)}
_UNTYPED = frozenset((*_RANK, W + "richText", W15 + "color", W15 + "appearance", W + "label", W + "tabIndex"))
_BOX = re.compile(f"[{BOX}{TICKED}]")
_PIECES = re.compile(f"([{BOX}{TICKED}]|{RULE}+)")
_CALM = frozenset(W + name for name in ("r", "pPr", "bookmarkStart", "bookmarkEnd", "proofErr"))
_PLAIN = frozenset(W + name for name in ("rPr", "t", "br", "cr", "tab", "lastRenderedPageBreak"))

Attributes: TypeAlias = Mapping[str, str]


def add(parent: Element, tag: str, attributes: Attributes | None = None, **plain: str) -> Element:
    """A new last child."""
    child = parent.makeelement(tag, {**(attributes or {}), **plain})
    parent.append(child)
    return child


def tag_of(control: Element) -> str:
    """A control's tag, '' for none."""
    found = control.find(f"{_PR}/{_TAG}")
    return "" if found is None else str(found.get(_VAL, ""))


def is_list(form: Form, path: str) -> bool:
    """Whether the path names a table of rows."""
    spec = form.spec_at(path) if path else None
    return spec is not None and isinstance(spec.kind, kinds.Nested) and spec.kind.many


class Controls:
    """The controls of one document, upgraded one by one."""

    def __init__(self, form: Form, people: Mapping[str, str], hints: Hints, taken: set[int]) -> None:
        self.form = form
        self.people = people
        self.hints = hints
        self._free = (number for number in count(max(len(taken), 1)) if number not in taken)

    def number(self) -> int:
        """An id that no control has."""
        return next(self._free)

    def upgrade(self, control: Element) -> None:
        """Give a control its type, if it is a field's; one that a station typed itself stays."""
        spec = self.form.spec_at(tag_of(control))
        place = _place(control)
        if spec is None or place is None:
            return
        properties, options, text = control.find(_PR), spec.kind.options(), _text(place)
        known, ticks = _is_known(spec, text), len(_BOX.findall(text))
        # Rows must remain deletable, and Word deletes none that holds a locked control.
        in_list = is_list(self.form, tag_of(control).rpartition(".")[0])
        lock = "" if in_list else _KEPT_OPEN
        if isinstance(spec.kind, _PEN) or (known and not spec.stored):
            self._set(properties, "" if in_list else _FOR_THE_PEN)
        elif options and ticks:
            self._set(properties, lock)
            if ticks == len(options):
                self._boxes(control, place, spec, lock)
        else:
            look = _look(place)
            self._set(properties, lock, look, () if known else self._hint(place, spec, look))
            self._type(properties, spec)

    # values

    def _hint(self, place: Element, spec: Spec, look: Element | None) -> list[Element]:
        """What an empty control shows: what the blank form prints, or else a word of ours."""
        text = _text(place)
        if text.strip(" 　\n\t"):
            return _runs(place)
        shown = [_run(place, fitting(self._words(spec), _room(place)), style=HINT_STYLE)]
        shown += [_with_break(_run(place, look=look)) for _ in range(text.count("\n"))]
        _replace(place, shown)
        return shown

    def _words(self, spec: Spec) -> tuple[str, ...]:
        if not spec.stored:
            return COMPUTED
        return PERSON if self._is_person(spec) else wording(spec.kind)

    def _is_person(self, spec: Spec) -> bool:
        return bool(self.people) and isinstance(spec.kind, kinds.Ref) and spec.kind.to == STAFF

    def _type(self, properties: Element, spec: Spec) -> None:
        """What may be written into an empty control."""
        kind = spec.kind
        if self._is_person(spec):
            entries = [(f"{name}（{number}）", number) for number, name in self.people.items()]
            _drop_down(properties, "dropDownList", entries)
        elif isinstance(kind, kinds.Day):
            _date(properties)
        elif isinstance(kind, kinds.Choice | kinds.YesNo):
            # Where 其他 asks for words of one's own, the list may also be typed into.
            style = "comboBox" if OTHER in kind.options() else "dropDownList"
            _drop_down(properties, style, [(option, option) for option in kind.options()])
        # All else stays rich text: of plain text controls LibreOffice 7.4 saves the text several times.

    # boxes

    def _boxes(self, control: Element, place: Element, spec: Spec, lock: str) -> None:
        """A check box for each option, and room for words behind 其他."""
        path, options = tag_of(control), spec.kind.options()
        numbers = count(1)
        made: list[Element] = []
        for run, piece in _pieces(place):
            if _BOX.fullmatch(piece):
                number = next(numbers)
                box = self._check_box(run, f"{path}#{number}", options[number - 1], lock, piece == TICKED)
                made.append(box)
            elif piece.startswith(RULE) and options[-1] == OTHER:
                made.append(self._other(run, f"{path}_other", lock))
            else:
                made.append(run)
        _replace(place, made)

    def _check_box(self, run: Element, tag: str, option: str, lock: str, ticked: bool) -> Element:
        control, properties = self._nested(run, tag, option)
        self._set(properties, lock, run.find(_RPR))
        box = add(properties, W14 + "checkbox")
        add(box, W14 + "checked", {W14 + "val": str(int(ticked))})
        for state, sign in (("checkedState", "2611"), ("uncheckedState", "25A1")):
            add(box, W14 + state, {W14 + "val": sign, W14 + "font": "宋体"})
        return control

    def _other(self, run: Element, tag: str, lock: str) -> Element:
        control, properties = self._nested(run, tag, OTHER)
        self._set(properties, lock, run.find(_RPR), [run])
        return control

    def _nested(self, run: Element, tag: str, title: str) -> tuple[Element, Element]:
        """A control around one run, and its properties."""
        control = run.makeelement(_SDT)
        properties = add(control, _PR)
        for name, value in (("alias", title), ("tag", tag), ("id", str(self.number()))):
            add(properties, W + name, {_VAL: value[:LONGEST]})
        add(control, _CONTENT).append(run)
        return control, properties

    # properties

    def _set(
        self, properties: Element, lock: str, look: Element | None = None, shown: Iterable[Element] = ()
    ) -> None:
        """The lock, the look of what is typed, and what is shown before; in the order of the schema."""
        kept = (_TAG, W + "alias", W + "id")
        ours = [each for each in properties if each.tag in kept or each.tag not in _RANK]
        properties[:] = [each for each in ours if each.tag != W + "richText"]
        if look is not None:
            properties.append(deepcopy(look))
        if lock:
            add(properties, W + "lock", {_VAL: lock})
        if shown := list(shown):
            add(add(properties, W + "placeholder"), W + "docPart", {_VAL: self.hints.name(shown)})
            add(properties, W + "showingPlcHdr")
        properties[:] = sorted(properties, key=lambda each: _RANK.get(each.tag, len(_RANK)))


def _is_known(spec: Spec, text: str) -> bool:
    """Whether the program printed a fact, which nobody has to write."""
    return text != spec.kind.blank() and bool(text.strip(_BLANKS + RULE))


def _date(properties: Element) -> None:
    date = add(properties, W + "date")
    for name, value in (("dateFormat", "yyyy年M月d日"), ("lid", "zh-CN"), ("storeMappedDataAs", "date")):
        add(date, W + name, {_VAL: value})
    add(date, W + "calendar", {_VAL: "gregorian"})


def _drop_down(properties: Element, style: str, entries: Iterable[tuple[str, str]]) -> None:
    drop_down = add(properties, W + style)
    for text, value in (("请选择", ""), *entries):
        add(drop_down, W + "listItem", {W + "displayText": text, W + "value": value})


# --- what stands in a control -----------------------------------------------------------


def _place(control: Element) -> Element | None:
    """The element that holds a control's runs: its content, or the one paragraph there; None
    where more than plain text stands in it, or the control has a type already."""
    content, properties = control.find(_CONTENT), control.find(_PR)
    if content is None or properties is None or any(each.tag not in _UNTYPED for each in properties):
        return None
    paragraphs = list(content.iter(_P))
    place = content if not paragraphs else paragraphs[0]
    inside = (child.tag for run in place.iterchildren(_R) for child in run)
    calm = all(each.tag in _CALM for each in place) and all(tag in _PLAIN for tag in inside)
    return place if calm and len(paragraphs) < 2 else None


def _runs(place: Element) -> list[Element]:
    return list(place.iterchildren(_R))


_SIGNS = {W + "br": "\n", W + "cr": "\n", W + "tab": "\t"}


def _text(place: Element) -> str:
    return "".join(_SIGNS.get(each.tag, each.text or "") for each in place.iter(_T, *_SIGNS))


def _look(place: Element) -> Element | None:
    """The run properties of what is printed, which are those of what will be typed."""
    return next((run.find(_RPR) for run in place.iterchildren(_R)), None)


def _replace(place: Element, made: Iterable[Element]) -> None:
    """Put these in the place of the runs."""
    runs = _runs(place)
    at = place.index(runs[0]) if runs else len(place)
    for run in runs:
        place.remove(run)
    place[at:at] = list(made)


def _run(near: Element, text: str = "", look: Element | None = None, style: str = "") -> Element:
    """A run of text with the look of another, or in a style."""
    run = near.makeelement(_R)
    if style:
        add(add(run, _RPR), W + "rStyle", {_VAL: style})
    elif look is not None:
        run.append(deepcopy(look))
    if text:
        letters = add(run, _T, {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
        letters.text = text
    return run


def _with_break(run: Element) -> Element:
    add(run, W + "br")
    return run


def _pieces(place: Element) -> Iterator[tuple[Element, str]]:
    """The runs cut at boxes and rules; each with the box, the rule, or ''."""
    for run in _runs(place):
        for child in run:
            if child.tag == _RPR:
                continue
            for piece in _PIECES.split(child.text or "") if child.tag == _T else (None,):
                if piece:
                    yield _run(place, piece, run.find(_RPR)), piece if piece[0] in BOX + TICKED + RULE else ""
                elif piece is None:
                    new = _run(place, look=run.find(_RPR))
                    new.append(deepcopy(child))
                    yield new, ""


def _room(place: Element) -> int:
    """How wide the cell around is between its margins, in twips."""
    cell = next((each for each in (place, *place.iterancestors()) if each.tag == W + "tc"), None)
    width = 0 if cell is None else _twips(cell.find(f"{W}tcPr/{W}tcW"), 0)
    if cell is None or not width:
        return _USUAL_ROOM
    table = next(cell.iterancestors(W + "tbl"))
    return width - sum(_margin(cell, table, side) for side in ("left", "right"))


def _margin(cell: Element, table: Element, side: str) -> int:
    own = cell.find(f"{W}tcPr/{W}tcMar/{W}{side}")
    return _twips(own if own is not None else table.find(f"{W}tblPr/{W}tblCellMar/{W}{side}"), _USUAL_MARGIN)


def _twips(width: Element | None, usual: int) -> int:
    """A width that is given in twips; the usual one for what is given otherwise or not at all."""
    value = "" if width is None or width.get(W + "type", "dxa") != "dxa" else width.get(W + "w", "")
    return int(value) if value.isdecimal() else usual
