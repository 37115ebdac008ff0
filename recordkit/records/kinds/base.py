"""What all kinds of value share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from ..text import clean

OTHER = "其他"
BOX, TICKED = "□", "☑"
RULE = "＿"


class Unstated(StrEnum):
    """Why a fact is missing, typed as such so that nobody has to invent one."""

    UNKNOWN = "不详"
    REFUSED = "拒绝提供"
    NOT_APPLICABLE = "不适用"


_UNSTATED = frozenset(Unstated)
# What refers to the line above is nothing by itself.
_DITTO = frozenset({"同上", "同前", "〃"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person left in a printed cell: what `read` takes, what stands behind
    其他, and what has to be looked at."""

    raw: Any = None
    other: str = ""
    doubt: str = ""


class Lookup(Protocol):
    """What a value needs of its surroundings to be printed."""

    def name_of(self, reference: str) -> str | None:
        """The name behind a staff or person number, if known."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. The base class is a line of text.

    Kinds without settings of their own are plain subclasses: generating a
    dataclass for each would be felt at every start of the program.
    """

    schema: ClassVar[dict[str, Any]] = {"type": "string"}
    wide: ClassVar[bool] = False
    keeps_indent: ClassVar[bool] = False

    def read(self, raw: object) -> Any:
        """The value of what was typed; None for nothing."""
        if raw is None:
            return None
        if isinstance(raw, str):
            text = clean(str(raw))[0]
            bare = text.strip()
            if not bare:
                return None
            if bare in _UNSTATED and bare not in self.options():
                return Unstated(bare)
            return self.parse(text if self.keeps_indent else bare)
        return self.accept(raw)

    def parse(self, text: str) -> Any:
        """The value of a text that is not empty."""
        return text

    def accept(self, raw: object) -> Any:
        """The value of something that is no text, as Python code passes it."""
        raise ValueError("这里要写一段文字，不是列表或下级内容")

    def options(self) -> Sequence[str]:
        """The options of a closed list, else nothing."""
        return ()

    def answer(self, text: str) -> Answer:
        """What the text of a filled-in cell says, the other way from `show` and
        `blank`; ValueError for what has to be asked about."""
        whole, removed = clean(text)
        if padded(whole) in ("", padded(self.blank())):
            return Answer()
        bare = whole.strip()
        said = Answer(bare) if bare in _UNSTATED and bare not in self.options() else self._answer(whole)
        if bare in _DITTO:
            said = replace(said, doubt=f"写的是“{bare}”，请写全")
        if removed:
            return replace(said, doubt=f"去掉了不能保存和打印的字符：{'、'.join(removed)}")
        return said

    def _answer(self, text: str) -> Answer:
        return Answer(text.strip().strip(f"{RULE}_").strip())

    def show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        """The printed text; of what is unstated, the reason."""
        if isinstance(value, Unstated):
            return boxes(self.options(), value) if self.options() else str(value)
        return self._show(value, lookup, other)

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return str(value)

    def blank(self) -> str:
        """What an empty cell prints, to be filled in by hand."""
        return ""

    def plain(self, value: Any) -> Any:
        """What a record file holds: text, or a list or mapping of texts."""
        return str(value) if isinstance(value, Unstated) else self._plain(value)

    def _plain(self, value: Any) -> Any:
        return str(value)

    def example(self) -> str:
        """What to type, for the comment above an empty field."""
        return ""

    def describe(self) -> str:
        """The kind in a user's words."""
        return "文字"

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of what a record file holds."""
        return dict(self.schema)


def padded(text: str) -> str:
    """The text without blanks, rules and boxes: of a place left empty only what is printed there."""
    return re.sub(rf"[\s{RULE}_□☐]+", "", text)


def texts(raw: object, wanted: str) -> list[str]:
    """The texts of a list, without empty ones; ValueError says what is wanted."""
    if not isinstance(raw, list | tuple) or not all(item is None or isinstance(item, str) for item in raw):
        raise ValueError(wanted)
    return [text for item in raw if item is not None and (text := clean(item)[0].strip())]


def named(reference: str, lookup: Lookup | None) -> str:
    """The name behind a reference, else the reference itself."""
    return (lookup.name_of(reference) if lookup else None) or reference


def boxes(listed: Sequence[str], chosen: Sequence[str] | str, other: str = "") -> str:
    """`□甲　☑乙　□其他：＿＿＿＿`: every option, the chosen ones ticked."""
    if isinstance(chosen, Unstated):
        return boxes(listed, []) + f"（{chosen}）"
    marked = [f"{TICKED if option in chosen else BOX}{option}" for option in listed]
    if listed and listed[-1] == OTHER:
        marked[-1] += "：" + (other or RULE * 4)
    return "　".join(marked)
