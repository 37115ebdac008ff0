"""Word forms that come back filled in: what stands at each field's place.

Three anchors say it, each for itself: the content control, the bookmark, and
the label or column head beside it. Office programs lose the first, people the
second, and a form retyped elsewhere has only the third.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ...forms import Form
from ...forms.returned import Anchor, Reading, Returned, Stray
from ..opc import CONTENT_TYPES, MAIN_TYPE, content_types
from ..package import read_parts
from . import FORM, FORM_VERSION, RECORD
from .properties import TITLE, read_properties
from .returned_labels import Places
from .returned_plan import Plan
from .returned_sheet import Mark, Sheet
from .returned_signs import glossary_prompts, style_names
from .returned_text import read_sheet

_WORD_LENGTH = 40  # what is longer is no label
_OTHER = "_other"
_MANY = 200  # strays; a document with more is no form of ours
_plans: dict[str, Plan] = {}


def open_paper(data: bytes) -> DocxPaper:
    """A returned Word document, ready to be read as a form.

    Raises Refused for what is no DOCX, is damaged, too large or dangerous.
    """
    parts = read_parts(data)
    types = content_types(parts[CONTENT_TYPES]).overrides
    main = next(name[1:] for name, kind in types.items() if kind == MAIN_TYPE)
    folder = main.rpartition("/")[0]
    styles = style_names(parts.get(f"{folder}/styles.xml"))
    shown = glossary_prompts(parts.get(f"{folder}/glossary/document.xml"))
    comments = parts.get(f"{folder}/comments.xml", b"").count(b"<w:comment ")
    return DocxPaper(read_sheet(parts.get(main, b""), styles, shown), read_properties(parts), comments)


class DocxPaper:
    """A returned Word document; see `forms.returned.Paper`."""

    def __init__(self, sheet: Sheet, properties: dict[str, str], comments: int = 0) -> None:
        self.sheet = sheet
        self.comments = comments
        self.form = properties.get(FORM, "").strip()
        version = properties.get(FORM_VERSION, "").strip()
        self.form_version = int(version) if version.isdecimal() and len(version) < 6 else 0
        self.record = properties.get(RECORD, "").strip()
        self.title = _title(sheet) or properties.get(TITLE, "").strip()
        self.words: Sequence[str] = tuple(_words(sheet))

    def returned(self, form: Form) -> list[Returned]:
        """The one record that the document says."""
        found = _Form(self.sheet, plan_of(form)).returned(self.record)
        if self.comments:
            found.notes.append(f"文件里有 {self.comments} 条批注，没有读；有用的请写进栏目里")
        return [found]


def plan_of(form: Form) -> Plan:
    """How to know the fields of a form, made once for any number of documents."""
    known = _plans.get(form.id)
    if known is None or (known.form is not form and known.form != form):
        known = _plans[form.id] = Plan(form)
    return known


def _title(sheet: Sheet) -> str:
    """The paragraph in the title's style, else the first one before any table."""
    above = next((number for number, unit in enumerate(sheet.units) if unit.table), len(sheet.units))
    titles = [unit.text for unit in sheet.units if unit.style == "title"]
    found = (text.strip() for text in (*titles, *(unit.text for unit in sheet.units[:above])))
    return "".join(next(filter(None, found), "").split())


def _words(sheet: Sheet) -> Iterator[str]:
    return (unit.text for unit in sheet.units if unit.text.strip() and len(unit.text) <= _WORD_LENGTH)


class _Form:
    """One document read as one form."""

    def __init__(self, sheet: Sheet, plan: Plan) -> None:
        self.sheet = sheet
        self.plan = plan
        self.marks = [(mark, path) for mark in sheet.marks if (path := self.path_of(mark))]
        self.places = Places(sheet, plan, self.owners(), self.crowded())

    def path_of(self, mark: Mark) -> str:
        """The field a mark names, '' for none; a list has no text of its own."""
        known = self.plan.tags.get(mark.name, "") if mark.anchor is Anchor.CONTROL else ""
        path = known or (self.plan.of_bookmark(mark.name) if mark.anchor is Anchor.BOOKMARK else "")
        return "" if path in self.plan.lists else path

    def owners(self) -> dict[int, list[str]]:
        """The fields whose marks stand in a unit; the words behind 其他 go with their options."""
        found: dict[int, dict[str, None]] = {}
        for mark, path in self.marks:
            found.setdefault(mark.unit, {})[path] = None
        return {
            unit: [
                path for path in paths if not (path.endswith(_OTHER) and path.removesuffix(_OTHER) in paths)
            ]
            for unit, paths in found.items()
        }

    def crowded(self) -> set[int]:
        """The units where a field stands several times: lists that a station set as paragraphs."""
        met = Counter((mark.unit, path, mark.anchor) for mark, path in self.marks)
        return {unit for (unit, path, _), count in met.items() if count > 1 and self.plan.list_of(path)}

    def returned(self, record: str) -> Returned:
        """All that the document says."""
        said = sorted(((*self.by_marks(), *self.by_labels())), key=lambda pair: pair[0])
        readings = [reading for _, reading in said]
        notes = [*self.sheet.notes, *self.places.notes, *_twice(readings, self.plan), *self.missing(readings)]
        strays = list(self.strays())
        if len(strays) > _MANY:
            notes.append(f"不属于任何栏目的文字有 {len(strays)} 处，只列出前 {_MANY} 处。")
        return Returned(record, "", readings, strays[:_MANY], notes[:_MANY])

    def by_marks(self) -> Iterator[tuple[int, Reading]]:
        """What stands inside controls and bookmarks."""
        met: Counter[tuple[str, Anchor]] = Counter()
        for mark, path in self.marks:
            row = -1
            if self.plan.list_of(path):
                # Where a list has no rows its marks are counted.
                row = self.places.rows.get(mark.unit, met[path, mark.anchor])
                met[path, mark.anchor] += 1
            text = self.sheet.text(mark.start, mark.end)
            if text.strip() or not path.endswith(_OTHER):
                yield mark.start, Reading(path, text, mark.anchor, self.sheet.units[mark.unit].where, row)

    def by_labels(self) -> Iterator[tuple[int, Reading]]:
        """What stands beside labels, below heads, behind captions."""
        for place in self.places.found:
            unit = self.sheet.units[place.unit]
            yield unit.end, Reading(place.paths[0], place.text, Anchor.LABEL, unit.where, place.row)

    def strays(self) -> Iterator[Stray]:
        """Text that belongs to no field and is not printed on the blank form."""
        for number, unit in enumerate(self.sheet.units):
            if number not in self.places.used and unit.text.strip() and not self.plan.knows(unit.text):
                yield Stray(unit.text.strip(), unit.where)

    def missing(self, readings: Sequence[Reading]) -> Iterator[str]:
        """The fields of the form whose places are gone, and lists without rows."""
        found = {reading.path for reading in readings}
        tables = {self.plan.list_of(path) for path in found}
        form = self.plan.form
        left = [
            spec.label
            for name in form.names()
            if name not in found | tables | self.places.lists and (spec := form.spec_at(name)) and spec.stored
        ]
        left += [self.column(path) for path in self.plan.columns(tables) if path not in found]
        if left:
            yield f"找不到这些栏目的位置：{'、'.join(left)}。"
        for table in sorted(self.places.lists - tables):
            yield f"“{self.label(table)}”表里一行也没有读到。"

    def column(self, path: str) -> str:
        return f"{self.label(self.plan.list_of(path))}的“{self.label(path)}”"

    def label(self, path: str) -> str:
        spec = self.plan.form.spec_at(path)
        return spec.label if spec else path


def _twice(readings: Sequence[Reading], plan: Plan) -> Iterator[str]:
    """Fields that stand at two places with different texts."""
    met: dict[tuple[str, int, Anchor], Reading] = {}
    told: set[str] = set()
    for reading in readings:
        first = met.setdefault((reading.path, reading.row, reading.anchor), reading)
        if first.text.strip() != reading.text.strip() and reading.path not in told:
            told.add(reading.path)
            spec = plan.form.spec_at(reading.path)
            label = spec.label if spec else reading.path
            yield f"“{label}”在两处写得不一样：{first.where}、{reading.where}。"
