"""The heads of a list matched to the fields of a form: what is sure, what has to be asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from ..errors import UsageProblem
from ..forms import Form
from ..forms.labels import Labels, key
from ..records.fields import Nature, Spec
from ..records.kinds import Nested, Table
from . import mappings
from .import_sheets import Row, Sheet, letter

_SEARCHED = 30  # rows in which the heads are looked for
_LONGEST_HEAD = 25
# Columns that every list has and no form asks.
_OWN = frozenset(map(key, ("序号", "编号", "备注", "说明", "NO", "No.", "顺序号", "签字", "签名")))
# Above such a head the one below speaks of somebody else: 监护人 over 姓名.
_SOMEBODY_ELSE = re.compile("监护|家属|亲|紧急|联系人|配偶|户主|子女|成员|照料|赡养|抚养|父|母")
_HOUSEHOLD = re.compile("户主|户号|与.*关系")


class Match(Enum):
    """How a column was understood."""

    SURE = "对上了"
    ASKED = "要确认"
    LEFT = "不导入"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the heads stand: their row numbers, and the text of each column."""

    rows: tuple[int, ...]
    texts: tuple[str, ...]
    score: float = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. `name` is its head, made unlike the others; `path` the field
    it goes to, '' for none; `choices` are the fields a person may mean."""

    index: int
    name: str
    head: str
    match: Match = Match.LEFT
    path: str = ""
    choices: tuple[str, ...] = ()
    sample: str = ""
    hidden: bool = False
    why: str = ""

    @property
    def letter(self) -> str:
        """`D`."""
        return letter(self.index)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says of columns: head (or letter) → field, and heads to leave out."""

    given: Mapping[str, str] = field(default_factory=dict)
    skipped: Sequence[str] = ()


def takes(form: Form, path: str) -> Spec | None:
    """The field a column may fill: typed, of a single value, or a column of a table."""
    outer = form.spec_at(path.partition(".")[0])
    spec = form.spec_at(path)
    if spec is None or spec.nature is not Nature.TYPED or isinstance(spec.kind, Nested):
        return None
    return (
        spec if path in form.local or "." not in path or (outer and isinstance(outer.kind, Table)) else None
    )


def label(form: Form, path: str) -> str:
    """The field in words; of a table's column both: `监护人与紧急联系人·联系电话`."""
    spec, outer = form.spec_at(path), form.spec_at(path.partition(".")[0])
    said = spec.label if spec else path
    return f"{outer.label}·{said}" if "." in path and outer and path not in form.local else said


def field_named(form: Form, word: str) -> str:
    """The path a person means by an identifier or a label; UsageProblem names the nearest."""
    bare = word.strip()
    labels = Labels(form)
    table, _, rest = bare.replace("·", ".").partition(".")
    outer = next(iter(labels.paths(table)), table)
    inner = Labels(form, outer).paths(rest) if rest and form.spec_at(outer) else ()
    for path in (bare, *labels.paths(bare), *inner, f"{outer}.{rest}" if rest else ""):
        if path and takes(form, path):
            return path
    near = [label(form, path) for path in labels.near(bare) if takes(form, path)]
    hint = f"是不是“{'”“'.join(near[:3])}”？" if near else f"全部字段：recordkit show {form.slug}"
    raise UsageProblem(f"《{form.title}》没有能导入的字段“{bare}”", hint)


# --- where the heads stand


def find(sheet: Sheet, form: Form, wish: Wish, is_kept: Callable[[Sequence[str]], bool]) -> Head | None:
    """The rows that hold the heads, one line or two: those somebody confirmed before, else
    the best match of labels; None for no list."""
    labels, wanted = Labels(form), {key(head) for head in (*wish.given, *wish.skipped)}
    rows = sheet.rows[:_SEARCHED]
    found = [_scored((row.number,), _one_line(row), labels, wanted) for row in rows]
    for upper, lower in pairwise(rows):
        if lower.number == upper.number + 1 and _continues(upper, lower):
            found.append(_scored((upper.number, lower.number), _two_lines(upper, lower), labels, wanted))
    if before := next((head for head in found if is_kept(head.texts)), None):
        return before
    best = max(found, key=lambda head: (head.score, -len(head.rows), -head.rows[0]), default=None)
    return best if best and best.score >= 2 else None


def _scored(rows: tuple[int, ...], texts: Sequence[str], labels: Labels, wanted: set[str]) -> Head:
    texts = texts[: max((i for i, text in enumerate(texts, 1) if text), default=0)]
    own = sum(key(text) in _OWN for text in texts if text)
    known = {key(_last(text)) for text in texts if text and _is_known(text, labels, wanted)}
    # Of equals the one that tells a guardian's telephone from the person's own.
    others = any(_SOMEBODY_ELSE.search(text.rpartition("·")[0]) for text in texts)
    return Head(rows, tuple(texts), len(known) + own / 10 + others / 20)


def _is_known(text: str, labels: Labels, wanted: set[str]) -> bool:
    return key(text) in wanted or bool(labels.paths(text) or labels.paths(_last(text)))


def _one_line(row: Row) -> list[str]:
    return ["" if cell.spread else "".join(cell.text.split()) for cell in row.cells]


def _continues(upper: Row, lower: Row) -> bool:
    """Whether the lower row can be the second line of heads: short words, and none below
    some head that stands over both."""
    texts = lower.texts()
    words = all(len(text) <= _LONGEST_HEAD and not re.search(r"\d{2}", text) for text in texts)
    tops = _one_line(upper)
    spans = any(top and not lower.cell(i).text.strip() for i, top in enumerate(tops))
    spans = spans or any(cell.spread for cell in lower.cells) or any(map(_SOMEBODY_ELSE.search, tops))
    return bool(texts) and words and spans and len(upper.texts()) > 1


def _two_lines(upper: Row, lower: Row) -> list[str]:
    """`联系方式·手机` where a head stands below another, which may span several columns."""
    over, texts = "", []
    tops, subs = _one_line(upper), _one_line(lower)
    for index in range(max(len(tops), len(subs))):
        top = tops[index] if index < len(tops) else ""
        sub = subs[index] if index < len(subs) else ""
        # A head without one below it ends there; what stands right of it is not its own.
        over = (top or over) if sub else ""
        texts.append(f"{over}·{sub}" if over else top or sub)
    return texts


def _last(text: str) -> str:
    return text.rpartition("·")[2]


# --- what the heads mean


def columns(sheet: Sheet, head: Head, form: Form, kept: Mapping[str, str] | None, wish: Wish) -> list[Column]:
    """Every column that has a head or holds anything, with what it is taken for.

    What the command line says wins over what was kept, and that over the labels.
    UsageProblem for a column or a field that does not exist.
    """
    below = [row for row in sheet.rows if row.number > head.rows[-1]]
    samples = dict(_samples(below, len(head.texts)))
    width = max([len(head.texts), *(index + 1 for index in samples)])
    texts = [head.texts[index] if index < len(head.texts) else "" for index in range(width)]
    names = mappings.distinct(texts)
    labels = Labels(form)
    found = [
        _matched(
            Column(i, names[i], text, sample=samples.get(i, ""), hidden=i in sheet.hidden_columns),
            form,
            labels,
        )
        for i, text in enumerate(texts)
        if text or i in samples
    ]
    found = _once(found, form)
    found = [_as_kept(column, kept, form) for column in found] if kept is not None else found
    return _as_wished(found, wish, form)


def _samples(rows: Sequence[Row], least: int) -> Iterator[tuple[int, str]]:
    width = max((len(row.cells) for row in rows), default=least)
    for index in range(width):
        if text := next((text for row in rows if (text := row.cell(index).text.strip())), ""):
            yield index, text


def _matched(column: Column, form: Form, labels: Labels) -> Column:
    if not column.head:
        return replace(column, why="没有列头")
    if key(column.head) in _OWN:
        return replace(column, why="名单自己的栏")
    whole = [path for path in labels.paths(column.head) if takes(form, path)]
    over, _, last = column.head.rpartition("·")
    below = [path for path in labels.paths(last) if takes(form, path)]
    somebody_else = bool(over and _SOMEBODY_ELSE.search(over))
    paths = whole or ([] if somebody_else else below)
    if len(paths) == 1 and not column.hidden:
        return replace(column, match=Match.SURE, path=paths[0])
    near = [path for path in (*paths, *below, *labels.near(last)) if takes(form, path)]
    choices = tuple(dict.fromkeys(near))[:5]
    if not choices:
        why = "家庭关系不导入：每行按一个人建档" if _HOUSEHOLD.search(column.head) else "这张表里没有"
        return replace(column, why=why)
    return replace(
        column, match=Match.ASKED, choices=choices, why="隐藏的列" if column.hidden else "只是相近"
    )


def _once(found: Sequence[Column], form: Form) -> list[Column]:
    """Two columns for one field: the one that bears its very label is meant, else a person says."""
    count = Counter(column.path for column in found if column.match is Match.SURE)
    exact = Counter(column.path for column in found if column.match is Match.SURE and _bears(column, form))
    return [
        column
        if column.match is not Match.SURE
        or count[column.path] == 1
        or (_bears(column, form) and exact[column.path] == 1)
        else replace(column, match=Match.ASKED, path="", choices=(column.path,), why="几列指同一项")
        for column in found
    ]


def _bears(column: Column, form: Form) -> bool:
    return key(column.head) == key(label(form, column.path))


def _as_kept(column: Column, kept: Mapping[str, str], form: Form) -> Column:
    if column.name not in kept:
        return column
    path = kept[column.name]
    if path and not takes(form, path):
        raise UsageProblem(
            f"上次的对照里，“{column.name}”写的是“{path}”，《{form.title}》没有能导入的这个字段",
            "改正或删掉工作区 templates/对照 里的那个文件",
        )
    return told(column, path, "上次的对照")


def _as_wished(found: Sequence[Column], wish: Wish, form: Form) -> list[Column]:
    wishes = {
        **dict.fromkeys(wish.skipped, ""),
        **{head: field_named(form, to) for head, to in wish.given.items()},
    }
    for word, path in wishes.items():
        meant = [
            column for column in found if word.strip().upper() == column.letter or _is_called(column, word)
        ]
        if len(meant) != 1:
            raise UsageProblem(
                f"名单里{'有几列' if meant else '没有'}叫“{word}”{'' if meant else '的列'}",
                "各列：" + "、".join(f"{column.letter} {column.name}" for column in found),
            )
        found = [told(column, path, "命令里写的") if column is meant[0] else column for column in found]
    return _only_one(list(found), set(wish.given), form)


def _is_called(column: Column, word: str) -> bool:
    return word == column.name or key(word) in (key(column.head), key(column.name))


def _only_one(found: list[Column], said: set[str], form: Form) -> list[Column]:
    """No field from two columns: what a person said puts away what was only matched."""
    by_path: dict[str, list[Column]] = {}
    for column in found:
        if column.path:
            by_path.setdefault(column.path, []).append(column)
    for path, several in by_path.items():
        firm = [column for column in several if column.why] if len(several) > 1 else several
        if len(firm) > 1:
            heads = "、".join(f"{column.letter} {column.head}" for column in firm)
            raise UsageProblem(f"几列都对到“{label(form, path)}”：{heads}", "只留一列，其余的加 --skip 列名")
        if len(several) > 1:
            found = [told(c, "", "让给另一列") if c in several and c not in firm else c for c in found]
    return found


def told(column: Column, path: str, why: str = "已确认") -> Column:
    """The column as a person said: to that field, or left out."""
    return replace(column, match=Match.SURE if path else Match.LEFT, path=path, why=why)
