"""A form's layout, read from its TOML file and checked against the model.

Labels, types, options and requirements come from the model; the layout only
says what stands where. A mistake names file, section and row.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..errors import NotFound, UsageProblem
from ..records import kinds
from ..records.fields import CLOSE, FILL, SIGN, Spec
from ..records.kinds import Kind
from ..records.model import METHODS, Record, form_class

KINDS = ("grid", "table", "matrix", "prose", "picture", "signatures", "note", "break")
_FORM_KEYS = {
    "title", "record", "code", "stage", "clauses", "version", "fills", "signs", "copies", "keep",
    "notes", "by_hand_first", "landscape", "section", "field",
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
}
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
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageProblem(f"{where}：版式文件读不懂（{problem}）", "检查引号、方括号是否成对") from None
    return _Layout(form_id, where, content).form()


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
        for key in ("title", "record", "code"):
            if not isinstance(self.content.get(key), str):
                raise self.fail(f"缺少 {key}")
        name = f"{self.id.partition('/')[0]}.{self.model.__name__}"
        if self.content["record"] != name:
            raise self.fail(f"record 应为 “{name}”")
        self.local = dict(self.local_field(entry) for entry in self.content.get("field", []))
        sections = tuple(
            self.section(entry, index) for index, entry in enumerate(self.content.get("section", []), 1)
        )
        about = {
            key: value for key, value in self.content.items() if key not in ("record", "section", "field")
        }
        about["clauses"] = tuple(about.get("clauses", ()))
        about.setdefault("stage", "")
        return Form(id=self.id, model=self.model, sections=sections, local=self.local, **about)

    def known(self, table: Mapping[str, Any], allowed: set[str], place: str) -> None:
        for key in table:
            if key not in allowed:
                near = get_close_matches(key, allowed, 1)
                raise self.fail(
                    f"{place}不认识“{key}”",
                    f"是不是“{near[0]}”？" if near else f"可用：{'、'.join(sorted(allowed))}",
                )

    def local_field(self, entry: dict[str, Any]) -> tuple[str, Spec]:
        self.known(entry, {"name", "label", "type", "options", "need", "hint"}, "[[field]] ")
        name, kind = entry.get("name", ""), entry.get("type", "text")
        if not re.fullmatch(r"local\.[a-z][a-z0-9_]{0,30}", name):
            raise self.fail(f"自定字段名“{name}”应像 local.fund_code", "小写英文字母、数字和下划线")
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
        spec = Spec(
            entry.get("label", name),
            made,
            need=_MOMENTS.get(need),
            hint=entry.get("hint", ""),
            source="[local]",
        )
        return name, spec

    def section(self, entry: dict[str, Any], index: int) -> Section:
        title = entry.get("title", "")
        place = f"第{index}节{f'“{title}”' if title else ''}"
        kind = entry.get("kind", "grid")
        if kind not in KINDS:
            raise self.fail(f"{place}的 kind “{kind}”不能用", f"可用：{'、'.join(KINDS)}")
        self.known(entry, {"kind", "title", *_SECTION_KEYS[kind]}, place)
        settings = ("text", "blank_rows", "row_height", "height", "per_row", "band", "photo", "photo_rows")
        about: dict[str, Any] = {key: entry[key] for key in settings if key in entry}
        if kind == "grid":
            about["rows"] = tuple(
                tuple(self.item(item, f"{place}第{number}行") for item in row)
                for number, row in enumerate(entry.get("rows", []), 1)
            )
            if "photo" in entry:
                self.exists(entry["photo"], place)
            if about.get("photo_rows", 1) < 1:
                raise self.fail(f"{place}的 photo_rows 至少是 1")
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
        if not items:
            raise self.fail(f"{place}没有 columns")
        return {"table": name, "items": items}

    def item(self, item: Any, place: str, prefix: str = "") -> Item:
        if isinstance(item, str):
            name, _, span = item.partition("*")
            about: dict[str, Any] = {"field": name, "span": int(span) if span.isdigit() else 1}
        elif isinstance(item, dict):
            self.known(
                item, {"field", "span", "lines", "label", "label_width", "width", "boxes", "opinion"}, place
            )
            about = dict(item)
        else:
            raise self.fail(f"{place}：{item!r} 不是字段")
        self.exists(prefix + str(about.get("field", "")), place)
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
