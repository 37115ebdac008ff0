"""A form's layout, read from its TOML file and checked against the model.

Labels, types, options and requirements come from the model; the layout only
says what stands where. A mistake names file, section and row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import NotFound, UsageProblem
from ..records import kinds
from ..records.fields import CLOSE, FILL, SIGN, Spec
from ..records.kinds import Kind
from ..records.model import METHODS, Record, form_class
from ..records.station import read_toml
from .blocks import BAND_WIDTH, PAGE_WIDTH, PHOTO_WIDTH

KINDS = ("grid", "table", "matrix", "prose", "picture", "signatures", "note", "break", "slip")


class _Value(NamedTuple):
    """What may stand behind a key: in words, and as a test."""

    said: str
    fits: Callable[[Any], bool]


def _whole(low: int, high: int) -> _Value:
    return _Value(f"{low}到{high}的整数", lambda value: type(value) is int and low <= value <= high)


def _size(low: float, high: float) -> _Value:
    return _Value(
        f"{low:g}到{high:g}的数", lambda value: type(value) in (int, float) and low <= value <= high
    )


def _list(said: str, fits: Callable[[Any], bool]) -> _Value:
    return _Value(said, lambda value: isinstance(value, list) and all(map(fits, value)))


def _filled_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


_TEXT = _Value("引号里的文字", lambda value: isinstance(value, str))
_NAME = _Value("引号里的文字，不能空着", lambda value: isinstance(value, str) and bool(value.strip()))
_PATH = _Value("引号里的字段名", lambda value: _NAME.fits(value) and "" not in value.strip().split("."))
_FLAG = _Value("true 或 false", lambda value: isinstance(value, bool))
_TEXTS = _list('方括号里的一串文字，如 ["甲", "乙"]', _NAME.fits)
_ITEMS = _Value("方括号里的一串字段，不能空着", _filled_list)
_ROWS = _Value(
    "方括号里的几行，每行又是方括号里的几个字段",
    lambda value: _filled_list(value) and all(map(_filled_list, value)),
)
_FORM_KEYS: dict[str, _Value] = {
    "title": _NAME, "record": _NAME, "code": _NAME, "stage": _TEXT, "clauses": _TEXTS,
    "version": _whole(1, 9999), "fills": _TEXT, "signs": _TEXT, "copies": _whole(1, 99), "keep": _TEXT,
    "notes": _TEXT, "by_hand_first": _FLAG, "landscape": _FLAG,
    "section": _list("一节一节写，每节以 [[section]] 开头", lambda value: isinstance(value, dict)),
    "field": _list("一个一个写，每个以 [[field]] 开头", lambda value: isinstance(value, dict)),
}  # fmt: skip
_SECTION_VALUES: dict[str, _Value] = {
    "kind": _TEXT, "title": _TEXT, "rows": _ROWS, "band": _TEXT, "photo": _PATH, "photo_rows": _whole(1, 40),
    "fields": _ITEMS, "table": _PATH, "columns": _ITEMS, "blank_rows": _whole(1, 100),
    "row_height": _size(5, 200), "text": _TEXT, "picture": _Value("一个字段", bool),
    "height": _size(5, 220), "per_row": _whole(1, 6),
}  # fmt: skip
_ITEM_KEYS: dict[str, _Value] = {
    "field": _PATH, "span": _whole(1, 12), "lines": _whole(0, 60), "label": _TEXT,
    "label_width": _size(0, 120), "width": _size(0.01, 1000), "boxes": _FLAG, "opinion": _PATH,
}  # fmt: skip
_LOCAL_KEYS: dict[str, _Value] = {
    "name": _TEXT, "label": _NAME, "type": _TEXT, "options": _TEXTS, "need": _TEXT, "hint": _TEXT,
}  # fmt: skip
_SECTION_KEYS = {
    "grid": {"rows", "band", "photo", "photo_rows"},
    "matrix": {"fields"},
    "table": {"table", "columns", "blank_rows", "row_height"},
    "prose": {"text"},
    "picture": {"picture", "height"},
    "signatures": {"fields", "per_row"},
    "note": {"text"},
    "break": set[str](),
    "slip": set[str](),
}
_REQUIRED = {
    "grid": ("rows",), "matrix": ("fields",), "table": ("table", "columns"), "picture": ("picture",),
    "signatures": ("fields",), "prose": ("text",), "slip": ("title",),
}  # fmt: skip
_LOCAL_TYPES: dict[str, Any] = {
    "text": kinds.Text, "long": kinds.Long, "date": kinds.Day, "number": kinds.Number,
    "money": kinds.Money, "bool": kinds.YesNo, "phone": kinds.Phone, "address": kinds.Address,
}  # fmt: skip
_MOMENTS = {"填写": FILL, "签署": SIGN, "办结": CLOSE}
BLANK = re.compile(r"\{([a-z_0-9.]+)\}")


@dataclass(frozen=True, slots=True)
class Item:
    """A field in a row: how wide, how many lines by hand, under which label."""

    field: str
    span: int = 1
    lines: int = 0
    label: str = ""
    label_width: float = 0.0
    width: float = 1.0
    boxes: bool = False
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a layout."""

    kind: str
    title: str = ""
    rows: tuple[tuple[Item, ...], ...] = ()
    items: tuple[Item, ...] = ()
    table: str = ""
    text: str = ""
    blank_rows: int = 4
    row_height: float = 9.0
    height: float = 70.0
    per_row: int = 2
    band: str = ""
    photo: str = ""
    photo_rows: int = 4

    def names(self) -> Iterator[str]:
        """The fields the section shows, in reading order."""
        if self.kind == "table":
            yield self.table
        elif self.kind == "prose":
            yield from BLANK.findall(self.text)
        for index, row in enumerate((*self.rows, self.items if self.kind != "table" else ())):
            for item in row:
                if item.opinion:
                    yield item.opinion
                yield item.field
            if self.photo and index == 0:
                yield self.photo


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its model and its layout."""

    id: str
    title: str
    model: type[Record]
    code: str
    stage: str
    clauses: tuple[str, ...]
    sections: tuple[Section, ...]
    version: int = 1
    fills: str = ""
    signs: str = ""
    copies: int = 1
    keep: str = "本站"
    notes: str = ""
    by_hand_first: bool = False
    landscape: bool = False
    local: Mapping[str, Spec] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """`casework`."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """`intake`."""
        return self.id.partition("/")[2]

    @property
    def serial(self) -> str:
        """The two digits of the form in its series: `02` of `GA02`."""
        return self.code[-2:]

    def spec_at(self, path: str) -> Spec | None:
        """A field of the model or a local one."""
        return self.local.get(path) or self.model.spec_at(path)

    def names(self) -> list[str]:
        """The fields the layout shows, in reading order, each once."""
        return list(dict.fromkeys(name for section in self.sections for name in section.names()))

    def order(self) -> list[tuple[str, list[str]]]:
        """Section titles with the stored fields to fill in, for record files."""
        return [
            (section.title, [n for n in section.names() if (s := self.model.spec_at(n)) and s.stored])
            for section in self.sections
        ]


def load(form_id: str, own: Path | None = None) -> Form:
    """The form of that id; a layout in the station's folder `own` wins.

    Raises NotFound for an unknown form, UsageProblem for a faulty layout.
    """
    if own and (path := own / f"{form_id}.toml").is_file():
        return read(path.read_bytes(), form_id, str(path))
    return shipped(form_id)


def catalogue() -> list[Form]:
    """All forms that ship with the program, in the order of their codes."""
    root = files("recordkit") / "templates"
    found = [
        f"{method}/{entry.name.removesuffix('.toml')}"
        for method in METHODS
        if (root / method).is_dir()
        for entry in (root / method).iterdir()
        if entry.name.endswith(".toml")
    ]
    return sorted(
        (shipped(form_id) for form_id in found), key=lambda form: (METHODS.index(form.method), form.code)
    )


@cache
def shipped(form_id: str) -> Form:
    """The form as it ships with the program, whatever a station has of its own."""
    path = files("recordkit") / "templates" / f"{form_id}.toml"
    if not re.fullmatch(r"[a-z]+/[a-z-]+", form_id) or not path.is_file():
        raise NotFound(f"没有“{form_id}”这张表", "全部表单：recordkit forms")
    return read(path.read_bytes(), form_id, f"templates/{form_id}.toml")


def read(data: bytes, form_id: str, where: str) -> Form:
    """A form from the bytes of its layout file; `where` names the file in errors."""
    return _Layout(form_id, where, read_toml(data, where)).form()


class _Layout:
    """One layout file being read."""

    def __init__(self, form_id: str, where: str, content: dict[str, Any]) -> None:
        self.id = form_id
        self.where = where
        self.content = content
        self.model = form_class(form_id)
        self.local: dict[str, Spec] = {}

    def fail(self, message: str, hint: str = "") -> UsageProblem:
        return UsageProblem(f"{self.where}：{message}", hint)

    def form(self) -> Form:
        self.known(self.content, _FORM_KEYS, "")
        if left := [key for key in ("title", "record", "code") if key not in self.content]:
            raise self.fail(f"缺少 {'、'.join(left)}")
        name = f"{self.id.partition('/')[0]}.{self.model.__name__}"
        if self.content["record"] != name:
            raise self.fail(f"record 应为 “{name}”")
        self.local = dict(
            self.local_field(entry, f"[[field]] 第{index}个")
            for index, entry in enumerate(self.content.get("field", []), 1)
        )
        sections = tuple(
            self.section(entry, index) for index, entry in enumerate(self.content.get("section", []), 1)
        )
        about = {
            key: value for key, value in self.content.items() if key not in ("record", "section", "field")
        }
        about["clauses"] = tuple(about.get("clauses", ()))
        about.setdefault("stage", "")
        return Form(id=self.id, model=self.model, sections=sections, local=self.local, **about)

    def known(self, table: Mapping[str, Any], allowed: Mapping[str, _Value], place: str) -> None:
        """Refuse keys that are not allowed, and values of another type or size."""
        for key, value in table.items():
            if key not in allowed:
                near = get_close_matches(key, allowed, 1)
                raise self.fail(
                    f"{place}不认识“{key}”",
                    f"是不是“{near[0]}”？" if near else f"可用：{'、'.join(sorted(allowed))}",
                )
            if not allowed[key].fits(value):
                raise self.fail(f"{place and place + '的 '}{key} 写法不对", f"应是{allowed[key].said}")

    def local_field(self, entry: dict[str, Any], place: str) -> tuple[str, Spec]:
        self.known(entry, _LOCAL_KEYS, place)
        name, kind = entry.get("name", ""), entry.get("type", "text")
        if not re.fullmatch(r"local\.[a-z][a-z0-9_]{0,30}", name):
            raise self.fail(f"{place}：自定字段名“{name}”应像 local.fund_code", "小写英文字母、数字和下划线")
        options = tuple(entry.get("options", ()))
        if kind in ("choice", "multi") and options:
            made: Kind = kinds.Choice(options) if kind == "choice" else kinds.Multi(options)
        elif kind in _LOCAL_TYPES:
            made = _LOCAL_TYPES[kind]()
        else:
            raise self.fail(
                f"{name} 的类型“{kind}”不能用",
                f"可用：{'、'.join((*_LOCAL_TYPES, 'choice', 'multi'))}（后两种要有 options）",
            )
        need = entry.get("need", "")
        if need and need not in _MOMENTS:
            raise self.fail(f"{name} 的 need “{need}”不能用", f"可用：{'、'.join(_MOMENTS)}")
        label, hint = entry.get("label", name), entry.get("hint", "")
        return name, Spec(label, made, need=_MOMENTS.get(need), hint=hint, source="[local]")

    def section(self, entry: dict[str, Any], index: int) -> Section:
        title = entry.get("title", "")
        place = f"第{index}节{f'“{title}”' if title else ''}"
        kind = entry.get("kind", "grid")
        if kind not in KINDS:
            raise self.fail(f"{place}的 kind “{kind}”不能用", f"可用：{'、'.join(KINDS)}")
        allowed = {"kind", "title", *_SECTION_KEYS[kind]}
        self.known(entry, {key: _SECTION_VALUES[key] for key in allowed}, place)
        settings = ("text", "blank_rows", "row_height", "height", "per_row", "band", "photo", "photo_rows")
        about: dict[str, Any] = {key: entry[key] for key in settings if key in entry}
        for key in _REQUIRED.get(kind, ()):
            if key not in entry:
                raise self.fail(f"{place}缺少 {key}")
        if kind == "grid":
            about["rows"] = tuple(
                self.row(row, f"{place}第{number}行", bool(entry.get("band")), "photo" in entry)
                for number, row in enumerate(entry["rows"], 1)
            )
            if "photo" in entry:
                self.exists(entry["photo"], place)
        elif kind == "matrix":
            about["items"] = self.questions(entry, place)
        elif kind == "table":
            about |= self.table(entry, place)
        elif kind == "picture":
            about["items"] = (self.item(entry.get("picture", ""), place),)
        elif kind == "signatures":
            about["items"] = tuple(self.item(item, place) for item in entry.get("fields", []))
        elif kind == "prose":
            for name in BLANK.findall(entry.get("text", "")):
                self.exists(name, place)
        return Section(kind, title, **about)

    def row(self, row: list[Any], place: str, band: bool, photo: bool) -> tuple[Item, ...]:
        """A row of a grid; each field has room beside its label."""
        items = tuple(self.item(item, place) for item in row)
        unit = (PAGE_WIDTH - BAND_WIDTH * band - PHOTO_WIDTH * photo) / sum(item.span for item in items)
        for item in items:
            if unit * item.span < (item.label_width or (26 if len(items) < 4 else 18)) + 4:
                raise self.fail(f"{place}太挤，“{item.field}”没有地方填", "本行少放几个字段")
        return items

    def questions(self, entry: dict[str, Any], place: str) -> tuple[Item, ...]:
        """The fields of a matrix; all are choices on the same scale."""
        items = tuple(self.item(item, place) for item in entry.get("fields", []))
        scales = {tuple(self.exists(item.field, place).kind.options()) for item in items}
        if len(scales) != 1 or () in scales:
            raise self.fail(f"{place}的 fields 应是选项相同的单选题", "选项不同的分成几节")
        return items

    def table(self, entry: dict[str, Any], place: str) -> dict[str, Any]:
        name = entry.get("table", "")
        spec = self.exists(name, place)
        if not isinstance(spec.kind, kinds.Nested) or not spec.kind.many:
            raise self.fail(f"{place}：“{name}”不是表格")
        items = tuple(
            self.item(column, f"{place}第{number}列", f"{name}.")
            for number, column in enumerate(entry.get("columns", []), 1)
        )
        return {"table": name, "items": items}

    def item(self, item: Any, place: str, prefix: str = "") -> Item:
        if isinstance(item, str):
            name, _, span = item.partition("*")
            about: dict[str, Any] = {"field": name}
            if name != item:
                about["span"] = int(span) if re.fullmatch("[0-9]{1,3}", span) else span
        elif isinstance(item, dict):
            about = {"field": "", **item}
        else:
            raise self.fail(f"{place}：{item!r} 不是字段")
        self.known(about, _ITEM_KEYS, place)
        self.exists(prefix + about["field"], place)
        if about.get("opinion"):
            self.exists(about["opinion"], place)
        return Item(**about)

    def exists(self, path: str, place: str) -> Spec:
        spec = self.local.get(path) or self.model.spec_at(path)
        if spec is None:
            prefix, _, name = path.rpartition(".")
            outer = self.model.spec_at(prefix) if prefix else None
            block = outer.kind.part if outer and isinstance(outer.kind, kinds.Nested) else self.model
            near = get_close_matches(name, block.specs(), 1, 0.4)
            raise self.fail(f"{place}：没有“{path}”这个字段", f"是不是“{near[0]}”？" if near else "")
        return spec
