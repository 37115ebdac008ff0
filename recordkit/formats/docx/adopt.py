"""A purchaser's own Word form made a template of ours: tags at its blanks, found by its labels.

Nothing that is printed or typed is lost: a blank becomes a tag, everything
else stays. What is not certain is told and left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ... import forms
from ...errors import Refused
from ...forms import Form
from ...forms.blocks import Cell
from ...forms.foreign import Blank, Box, Grid, List, Spot, is_counter, lists, options, spots
from ...forms.labels import Labels, key
from ...records import kinds
from ...records.fields import Moment
from ...records.kinds.choices import folded
from ..opc import BadXml, Element, W, parse
from . import adopt_page, patch
from .adopt_print import ADOPTED, written
from .anchors import PREFIX
from .patch import Document
from .properties import Properties
from .wml import Marks

_TIMES = (kinds.Day, kinds.DayTime, kinds.Days, kinds.Times)
_SIGNS = (kinds.Sign, kinds.Seal)
_CAPTION = ("签字", "签名", "签章", "盖章", "公章", "手印")
# A label below such a heading most likely asks about somebody else.
_OTHERS = ("监护", "联系人", "家属", "代理", "经办", "填表", "担保", "配偶")
_TAGS = {"page_number", "page_mark"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A tag that was put in: of which field, by which label, where."""

    path: str
    label: str
    where: str


@dataclass(frozen=True, slots=True)
class Left:
    """A label that was left alone: why, and which fields it may mean (path and label)."""

    label: str
    where: str
    why: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Adopted:
    """The template, and an account of what was recognised.

    `unknown` labels mean nothing to the form; `doubtful` ones may mean one of their
    choices; `untouched` are known but their place is not fit (typed over, other
    options); `missing` are the form's fields that found no place (path, label,
    whether a print needs them).
    """

    data: bytes = b""
    placed: list[Placed] = field(default_factory=list)
    unknown: list[Left] = field(default_factory=list)
    doubtful: list[Left] = field(default_factory=list)
    untouched: list[Left] = field(default_factory=list)
    missing: list[tuple[str, str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # all labels met, as `said` calls them


def adopted(data: bytes, form: Form, said: Mapping[str, str] | None = None) -> Adopted:
    """The form's tags in somebody's document; `Refused` for a hostile file.

    `said` settles labels: the path of the field, or '' to leave the place alone. A
    label that stands there again is called `姓名#2`, `姓名#3` …
    """
    try:
        adopter = _Adopter(Document(data), form, said or {})
        adopter.adopt()
    except BadXml as error:  # of a part beside the text: header, styles, properties
        raise Refused(f"Word 文件已损坏（{error}）。", "请用 Word 或 WPS 打开后重新保存。") from error
    return adopter.result


class _Adopter:
    """One document while it is adopted."""

    def __init__(self, document: Document, form: Form, said: Mapping[str, str]) -> None:
        self.document, self.form, self.said = document, form, said
        view = forms.tags(form).view()
        self.tables = {name: Labels(form, name) for name, rows in view.items() if isinstance(rows, list)}
        self.columns = {
            f"{name}.{column}" for name in self.tables for row in view[name][:1] for column in row
        }
        self.fields = {name for name in view if name not in self.tables and not name.startswith("page_")}
        self.labels = Labels(form)
        self.captions = _captions(form, self.fields)
        self.marks = _marks(document)
        self.seen: Counter[str] = Counter()
        self.was: dict[str, str | int] = {}
        self.met: set[str] = set()  # fields whose label was met
        self.used: set[str] = set()  # fields that have a place
        self.result = Adopted()

    def adopt(self) -> None:
        """Put in all tags and finish the package."""
        taken: set[Box] = set()
        grids = self.document.grids()
        for grid in grids:
            for found in lists(grid, self.is_head):
                if table := self.table_of(found):
                    taken |= {box for box in grid.boxes if box.row in found.rows} | set(found.heads)
                    self.list(found, table)
        for grid in [*grids, *(Grid([line]) for line in self.document.lines())]:
            chosen = [(spot, self.choose(spot)) for spot in spots(grid, self.paths, taken)]
            for spot, path in reversed(chosen):  # from the end, so that the places before stay where they are
                if path:
                    self.place(spot, path)
            self.result.placed += [Placed(path, spot.label, spot.box.where) for spot, path in chosen if path]
        self.finish()

    # single fields

    def paths(self, label: str) -> Sequence[str]:
        """The fields of exactly that label or caption."""
        found = [path for path in self.labels.paths(label) if path in self.fields]
        if not found or any(word in label for word in _CAPTION):
            return self.captions.get(_bare(label)) or found
        return found

    def choose(self, spot: Spot) -> str:
        """The field of a label, '' when it is left alone; why is noted."""
        name = self.named(spot.label)
        paths = [self.said[name]] if name in self.said else self.paths(spot.label)
        unsure = len(paths) != 1 or paths[0] in self.met or any(word in spot.band for word in _OTHERS)
        if unsure and name not in self.said:
            self.doubt(name, spot, paths)
            return ""
        path = paths[0]
        self.met.add(path)
        if path and (why := self.unfit(spot, path)):
            self.result.untouched.append(Left(name, spot.box.where, why, self.told([path])))
            return ""
        self.used.add(path)
        return path

    def named(self, label: str) -> str:
        """The label's name for `said`: the second 姓名 is 姓名#2."""
        self.seen[label] += 1
        name = label if self.seen[label] == 1 else f"{label}#{self.seen[label]}"
        self.result.names.append(name)
        return name

    def doubt(self, name: str, spot: Spot, paths: Sequence[str]) -> None:
        """Note a label that is not certain, or not known."""
        if spot.blank is Blank.HELD:
            return
        near = list(paths) or [path for path in self.labels.near(spot.label) if path in self.fields]
        if near:
            why = (
                f"在“{spot.band}”一栏里，可能不是问服务对象"
                if spot.band
                else "前面已经有了"
                if paths
                else "相近"
            )
            self.result.doubtful.append(Left(name, spot.box.where, why, self.told(near[:5])))
        else:
            self.result.unknown.append(Left(name, spot.box.where, "表单里没有这一项"))

    def told(self, paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Paths with their labels."""
        return tuple((path, spec.label if (spec := self.form.spec_at(path)) else path) for path in paths)

    def unfit(self, spot: Spot, path: str) -> str:
        """Why the place cannot take the field, '' if it can."""
        spec = self.form.spec_at(path)
        kind = spec.kind if spec else kinds.Text()
        if spot.blank is Blank.HELD:
            return f"已有文字“{_short(spot.was)}”，没有动"
        if spot.blank is Blank.DATE and not isinstance(kind, (*_TIMES, *_SIGNS)):
            return "印着年月日，表单里不是日期"
        if spot.blank is Blank.OPTIONS and (differing := _differing(spot.was, kind.options())):
            return differing
        return ""

    def place(self, spot: Spot, path: str) -> None:
        """Put the field's tag over the blank."""
        spec = self.form.spec_at(path)
        start, end = spot.start, spot.end
        if spot.blank is Blank.SIGN and spec and not isinstance(spec.kind, _SIGNS):
            start = end = _next_line(spot)  # an opinion above the signature
        if (
            spot.blank is Blank.UNIT
            and spec
            and getattr(spec.kind, "unit", "") == spot.box.text[start:].strip()
        ):
            end = len(spot.box.text)  # the value brings its unit along
        self.was.setdefault(path, spot.box.text[start:end])
        self.put(spot.box, start, end, path, f"{{{{ {path} }}}}", spot.label)

    def put(self, box: Box, start: int, end: int, path: str, tag: str, label: str) -> None:
        """A tag in its bookmark and content control."""
        spec = self.form.spec_at(path)
        xml = self.marks.value(Cell(path, spec.label if spec else label, spec, tag))
        patch.replace(box, start, end, parse(f'<w:_ xmlns:w="{W[1:-1]}">{xml}</w:_>'.encode()))
        patch.let_grow(box)

    # lists

    def is_head(self, label: str) -> bool:
        """Whether a text may head a column of some table of the form."""
        return any(self.column(table, label) for table in self.tables)

    def column(self, table: str, label: str) -> str:
        """The table's column of that label, '' for none or several."""
        paths = [path for path in self.tables[table].paths(label) if path in self.columns]
        return paths[0] if len(paths) == 1 else ""

    def table_of(self, found: List) -> str:
        """The form's table that the heads ask for; '' when they are labels over single values."""
        heads = [head.text for head in found.heads]
        counts = {table: sum(bool(self.column(table, head)) for head in heads) for table in self.tables}
        best = max(counts, key=lambda table: (counts[table], self.titled(found, table)))
        equal = [table for table in counts if counts[table] == counts[best]]
        singles = sum(bool(self.paths(head)) for head in heads)
        if (len(found.rows) == 1 and singles >= counts[best]) or best in self.used:
            return ""
        if len(equal) > 1 and not self.titled(found, best):
            labels = self.told(equal)
            where = found.heads[0].where
            self.result.doubtful.append(Left("、".join(heads), where, "不知道是哪一张表", labels))
            return self.said.get("、".join(heads), "")
        return best

    def titled(self, found: List, table: str) -> bool:
        """Whether the table's name stands over its heads or at their left."""
        spec = self.form.spec_at(table)
        top = found.heads[0].row
        near = (box.text for box in found.grid.boxes if box.row in (top, top - 1))
        return spec is not None and any(key(spec.label) in key(text) for text in near)

    def list(self, found: List, table: str) -> None:
        """The first blank row becomes the loop's row, the others go."""
        row = found.rows[0]
        self.used.add(table)
        for head in found.heads:
            box = found.grid.at(row, head.column)
            path = self.column(table, head.text)
            if box is None or path in self.used:
                continue
            if path:
                self.used.add(path)
                self.result.placed.append(Placed(path, "".join(head.text.split()), box.where))
                self.put(box, 0, len(box.text), path, f"{{{{ row.{path.rpartition('.')[2]} }}}}", head.text)
            elif is_counter(head.text):
                patch.write(box, 0, len(box.text), "{{ loop.index }}")
            else:
                self.result.unknown.append(Left("".join(head.text.split()), head.where, "表格里没有这一列"))
        self.was[table] = len(found.rows)
        adopt_page.loop([self.row(found, number) for number in found.rows], table)
        label = self.told([table])[0][1]
        self.result.notes.append(
            f"{label}：{len(found.rows)} 行空行合成一行，打印时有几人印几行，不满的补空行"
        )

    def row(self, found: List, number: int) -> Element:
        """A row's element."""
        return patch.row_of(next(box for box in found.grid.boxes if box.row == number))

    # the whole

    def finish(self) -> None:
        """Footer, properties, account."""
        from . import FORM, FORM_VERSION

        document, result = self.document, self.result
        if not adopt_page.has_tags(document, _TAGS):
            adopt_page.add_footer(document)
            result.notes.append("页脚加了一小行：表单编号、版本和内容标记")
        properties = {FORM: self.form.id, FORM_VERSION: str(self.form.version), ADOPTED: written(self.was)}
        document.parts |= Properties(document.parts).write(properties)
        result.data = document.bytes()
        for path, spec in ((path, self.form.spec_at(path)) for path in self.form.names()):
            if spec and path not in self.used:
                always = (
                    spec.need is not None
                    and spec.need.condition is None
                    and spec.need.moment is not Moment.CLOSE
                )
                result.missing.append((path, spec.label, always))


def _captions(form: Form, fields: set[str]) -> Mapping[str, list[str]]:
    """Signature fields by what is left of their labels without 签字 and the like."""
    found: dict[str, list[str]] = {}
    for path in form.names():
        spec = form.spec_at(path)
        if path in fields and spec and isinstance(spec.kind, _SIGNS):
            found.setdefault(_bare(spec.label), []).append(path)
    return found


def _bare(label: str) -> str:
    """`社工（签字）` as `社会工作者`."""
    word = key(label)
    for caption in (*_CAPTION, "签"):
        word = word.removesuffix(caption)
    return {
        "社工": "社会工作者",
        "督导": "督导站长",
        "站长": "督导站长",
        "本人": "服务对象",
        "案主": "服务对象",
    }.get(word, word)


def _differing(printed: str, ours: Sequence[str]) -> str:
    """How printed options differ from the field's own; '' for the same set."""
    theirs = {folded(option) for option, _ in options(printed)}
    known = {folded(option) for option in ours}
    if theirs == known:
        return ""
    if not known:
        return "印着选项，表单里不是选择题"
    parts = [
        f"{said}：{'、'.join(sorted(words))}"
        for said, words in (("表上多", theirs - known), ("表上少", known - theirs))
        if words
    ]
    return f"选项和表单不一样（{'；'.join(parts)}）"


def _next_line(spot: Spot) -> int:
    """The line under a label, else right behind it."""
    line = spot.box.text.find("\n", spot.after)
    return line + 1 if spot.after and 0 <= line < spot.start else spot.after


def _short(text: str) -> str:
    text = "".join(text.split())
    return text if len(text) <= 12 else f"{text[:11]}…"


def _marks(document: Document) -> Marks:
    """Ids and names beyond those of the document; marks of an earlier adoption go."""
    marks = Marks()
    for start in list(document.root.iter(W + "bookmarkStart")):
        if start.get(W + "name", "").startswith(PREFIX):
            start.set(W + "name", "x" + start.get(W + "name", "")[:39])
    ids = (
        each.get(W + "id") or each.get(W + "val") or ""
        for each in document.root.iter(W + "bookmarkStart", W + "id")
    )
    marks.last = max((int(each) for each in ids if each.isdecimal() and len(each) < 10), default=0)
    marks.names = {each.get(W + "name", "") for each in document.root.iter(W + "bookmarkStart")}
    return marks
