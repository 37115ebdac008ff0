"""What all records share: reading, naming and numbering of their fields.

A `Block` is a set of fields (a shared block, a table's row, a signature, a
whole form); a `Record` is a form filled in. A model validates what is there.
Whether it is complete and consistent is a matter of `checks`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from ..errors import NotFound
from . import fields as f
from .fields import Computed, Nature, Spec
from .kinds import OTHER, Files, Multi, Nested, Seal, Sign

METHODS = ("casework", "groupwork", "community", "supervision", "evaluation", "station")


class Block(BaseModel):
    """Fields that belong together."""

    model_config = ConfigDict(
        extra="forbid", arbitrary_types_allowed=True, ignored_types=(Computed,), defer_build=True
    )
    # Fields of earlier definitions: identifier → what became of it, in Chinese.
    retired: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def specs(cls) -> Mapping[str, Spec]:
        """Every field of the block by identifier, computed ones last."""
        return _specs_of(cls)

    @classmethod
    def spec_at(cls, path: str) -> Spec | None:
        """The field at `contacts.phone` or `sign_worker`; None when there is none."""
        name, _, rest = path.partition(".")
        spec = cls.specs().get(name)
        if not rest or spec is None:
            return spec
        return spec.kind.part.spec_at(rest) if isinstance(spec.kind, Nested) else None

    @model_validator(mode="before")
    @classmethod
    def _part_other(cls, values: Any) -> Any:
        """A block written as one line is read from it. `其他：说明` typed in one
        place goes into the field and its `_other`."""
        if values is None or values == "":
            return {}
        if isinstance(values, str):
            return {name: value for name, _, value in cls.from_text(values.strip()).filled()}
        if not isinstance(values, dict):
            return values
        for name in [n for n in values if f"{n}_other" in cls.model_fields]:
            kind = cls.specs()[name].kind
            listed = kind.options() if isinstance(kind, Multi) else ()
            chosen, said = without_said(values[name], listed)
            if said:
                beside = values.get(f"{name}_other")
                both = f"{beside}；{said}" if isinstance(beside, str) and beside not in ("", said) else said
                values = {**values, name: chosen, f"{name}_other": both}
        return values

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        spec = cls.specs().get(info.field_name or "")
        return spec.kind.read(value) if spec else value

    @field_validator("*", mode="after")
    @classmethod
    def _settle(cls, value: Any, info: ValidationInfo) -> Any:
        spec = cls.specs().get(info.field_name or "")
        return spec.kind.settled(value) if spec and isinstance(spec.kind, Nested) else value

    @classmethod
    def from_text(cls, text: str) -> Any:
        """The block from a single line, for kinds of block that allow it."""
        raise ValueError("这里要分项写，每项一行：" + "、".join(s.label for s in cls.specs().values()))

    def brief(self) -> str:
        """The block in one line of print."""
        return "　".join(f"{spec.label}：{spec.kind.show(value)}" for _, spec, value in self.filled())

    def filled(self) -> Iterator[tuple[str, Spec, Any]]:
        """Identifier, Spec and value of each stored field that has one."""
        for name, spec in self.specs().items():
            if spec.stored and (value := getattr(self, name)) is not None:
                yield name, spec, value

    def plain(self) -> dict[str, Any]:
        """The block as a record file holds it."""
        return {name: spec.kind.plain(value) for name, spec, value in self.filled()}

    def value_of(self, name: str, context: Any = None) -> Any:
        """A field's value, computed when it is a computed one; a looked-up field
        has None where nothing can be looked up."""
        spec = self.specs()[name]
        if spec.compute is None:
            return getattr(self, name)
        if spec.nature is Nature.DERIVED:
            return spec.compute(self)
        return None if context is None else spec.compute(self, context)

    def value_at(self, path: str, context: Any = None) -> Any:
        """Like `value_of`; `client.…` asks the client's record."""
        if not path.startswith("client."):
            return self.value_of(path, context)
        client = getattr(context, "client", None)
        return client.value_of(path.removeprefix("client."), context) if client else None

    @classmethod
    def label_of(cls, path: str) -> str:
        """The label at a path, `client.` paths too, for sentences."""
        if path.startswith("client."):
            return form_class("casework/client-record").label_of(path.removeprefix("client."))
        spec = cls.spec_at(path)
        return spec.label if spec else path

    @classmethod
    def file_schema(cls) -> dict[str, Any]:
        """JSON Schema (2020-12) of the block in a record file."""
        stored = {name: spec for name, spec in cls.specs().items() if spec.stored}
        return {
            "type": "object",
            "properties": {
                name: {"title": spec.label, **spec.kind.json_schema()} for name, spec in stored.items()
            },
            "additionalProperties": False,
        }


class Waiver(Block):
    """A rule that does not apply to this record, and why."""

    rule: f.Text = f.text("规则", hint="如 CA-07")
    reason: f.Text = f.text("理由")


class Snapshot(Block):
    """What a signed form printed of others on its day (users' rule 12)."""

    on: f.Day = f.day("日期")
    texts: dict[str, str] = {}

    def plain(self) -> dict[str, Any]:
        return {**super().plain(), "texts": dict(self.texts)}


class Record(Block):
    """A form filled in. `version` counts its issues, `form_version` is that of
    the definition it was written by."""

    form_id: ClassVar[str] = ""
    newest: ClassVar[int] = 1

    form_version: int = 1
    version: int = 1
    revision: str | None = None
    waivers: list[Waiver] | None = None
    printed: Snapshot | None = None
    local: dict[str, Any] | None = None

    @classmethod
    def __pydantic_init_subclass__(cls, form: str = "", **_: Any) -> None:
        if form:
            cls.form_id = form

    def __init_subclass__(cls, form: str = "", **about: Any) -> None:
        super().__init_subclass__(**about)

    def mark(self) -> str:
        """The first four hexadecimal digits of the content's SHA-256, as printed
        in the footer. Signatures, numbers the program gives, files and what is
        written after signing are no content: none of these changes it."""
        unsigned = {
            name: spec.kind.plain(value)
            for name, spec, value in self.filled()
            if spec.nature is Nature.TYPED
            and not spec.later
            and not isinstance(spec.kind, Sign | Seal | Files)
        }
        content = {"form": self.form_id, "local": self.local or {}, **unsigned}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:4].upper()

    def form_day(self) -> date | None:
        """The day the form is of; ages are counted on it."""
        on = getattr(self, "filled_on", None)
        return on if isinstance(on, date) else None

    def signature_fields(self) -> dict[str, Any]:
        """The signature fields by identifier, None where not yet written."""
        return {
            name: getattr(self, name) for name, spec in self.specs().items() if isinstance(spec.kind, Sign)
        }

    @property
    def is_signed(self) -> bool:
        """Whether anybody has signed."""
        return any(s is not None and s.done for s in self.signature_fields().values())


def form_class(form_id: str) -> type[Record]:
    """The model of `casework/intake`; NotFound for a form nobody defined."""
    method, _, slug = form_id.partition("/")
    name = "".join(word.capitalize() for word in slug.split("-"))
    try:
        if method not in METHODS:
            raise ImportError(method)
        found: type[Record] = getattr(import_module(f"..records.{method}", __package__), name)
    except (ImportError, AttributeError):
        raise NotFound(f"没有“{form_id}”这张表", "全部表单：recordkit forms") from None
    assert issubclass(found, Record), form_id
    assert found.form_id == form_id, form_id
    return found


def under_14(record: Block, context: Any = None) -> bool:
    """Whether the record is about a child under 14: then all of it is sensitive
    (PIPL Art. 28)."""
    years = record.value_of("client_age", context) if "client_age" in record.specs() else None
    return isinstance(years, int) and years < 14


@cache
def _specs_of(cls: type[Block]) -> Mapping[str, Spec]:
    stored = {
        name: info.json_schema_extra["spec"]
        for name, info in cls.model_fields.items()
        if isinstance(info.json_schema_extra, dict) and "spec" in info.json_schema_extra
    }
    # Pydantic begins with the last of the bases; forms begin with the first.
    stored = {name: stored[name] for name in _in_order(cls) if name in stored}
    computed = {
        name: value.spec
        for base in reversed(cls.__mro__)
        for name, value in vars(base).items()
        if isinstance(value, Computed)
    }
    return {**stored, **computed}  # type: ignore[dict-item]


def _in_order(cls: type) -> Iterator[str]:
    for base in cls.__bases__:
        yield from _in_order(base)
    yield from vars(cls).get("__annotations__", ())


def without_said(value: Any, listed: Sequence[str] = ()) -> tuple[Any, str]:
    """Split `其他：说明`, alone or in a list, into the option and what was said.

    Where several may be chosen, `listed` are the options: one that follows behind
    a separator is chosen too, and no part of what was said.
    """
    if isinstance(value, list):
        pairs = [without_said(item, listed) for item in value]
        return [chosen for chosen, _ in pairs], "；".join(said for _, said in pairs if said)
    found = (
        re.fullmatch(rf"(.*?){OTHER}\s*[:：]\s*(.+)", value, re.DOTALL) if isinstance(value, str) else None
    )
    if not found:
        return value, ""
    parts = re.split("([、；;])", found[2])
    options = [part.strip() for part in parts[2::2] if part.strip() in listed]
    said = "".join(parts) if not options else "、".join(p for p in parts[::2] if p.strip() not in listed)
    return "、".join([found[1] + OTHER, *options]), said
