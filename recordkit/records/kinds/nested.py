"""Kinds with fields of their own: signatures, files, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .base import Answer, Kind, Lookup
from .times import BLANK_DAY
from .words import RowNo


@dataclass(frozen=True, slots=True)
class Nested(Kind):
    """A part with fields of its own (signature, attachment), or a list of such
    parts (a table's rows). `part` is the model class; the fields read themselves."""

    wide: ClassVar[bool] = True
    part: type[Any]
    many: bool = False

    def read(self, raw: object) -> Any:
        if raw is None or raw == "":
            return None
        if not self.many or isinstance(raw, list):
            return raw
        if isinstance(raw, dict):
            raise ValueError("这里是一张表：每一行前面要有“- ”")
        raise ValueError("这里是一张表：另起一行，每行以“- ”开头")

    def settled(self, value: Any) -> Any:
        """Without empty rows; an empty part says nothing and is None."""
        if isinstance(value, list):
            return self._numbered([part for part in value if any(part.filled())]) or None
        return value if value is not None and any(value.filled()) else None

    def _numbered(self, rows: list[Any]) -> list[Any]:
        """Give rows without a number the next one; a number once written stays."""
        for name, spec in self.part.specs().items():
            if isinstance(spec.kind, RowNo):
                taken = {getattr(row, name) for row in rows}
                free = (n for n in map(spec.kind.nth, range(1, 1000)) if n not in taken)
                for row in rows:
                    if getattr(row, name) is None:
                        setattr(row, name, next(free))
        return rows

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        if isinstance(value, list):
            return "；".join(part.brief() for part in value)
        return str(value.brief())

    def _plain(self, value: Any) -> Any:
        return [part.plain() for part in value] if isinstance(value, list) else value.plain()

    def describe(self) -> str:
        return "表格" if self.many else "下级内容"

    def json_schema(self) -> dict[str, Any]:
        inner: dict[str, Any] = self.part.file_schema()
        return {"type": "array", "items": inner} if self.many else inner


class _Signed(Nested):
    """What is signed or sealed; its box stays empty for the pen until there is proof."""

    def blank(self) -> str:
        return BLANK_DAY

    def _answer(self, text: str) -> Answer:
        """State and day as printed; a name typed there signs nothing."""
        return Answer(self.part.from_text(text.strip().partition("，")[0]).plain())


class Sign(_Signed):
    """A signature."""

    def describe(self) -> str:
        return "签名，签后写 已签 2026-03-05"


class Seal(_Signed):
    """Room of 45 × 45 mm for an official seal."""

    def describe(self) -> str:
        return "盖章，盖后写 已签 2026-03-05"


class Files(Nested):
    """Scans, photos, papers."""

    def describe(self) -> str:
        return "附件，每个文件一行，前面加“- ”"


class Picture(Nested):
    """A diagram, attached as a scan; blanks leave an empty frame."""

    def describe(self) -> str:
        return "图片，写文件名"


class Table(Nested):
    """Rows of one kind."""
