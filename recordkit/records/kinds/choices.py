"""Kinds of choice, printed with every option as on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, ClassVar

from .. import ticks
from ..text import narrow
from .base import OTHER, Answer, Kind, Lookup, Unstated, boxes, texts

# Options that stand alone (users' rule 3).
EXCLUSIVE = frozenset({"无", "不适用"})


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of a closed list, printed with every option as on paper."""

    listed: tuple[str, ...]

    def options(self) -> Sequence[str]:
        return self.listed

    def parse(self, text: str) -> str:
        return _option(text, self.listed)

    def _answer(self, text: str) -> Answer:
        return _one(_marked(text, self.listed))

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return boxes(self.listed, [value], other)

    def blank(self) -> str:
        return boxes(self.listed, [])

    def describe(self) -> str:
        return "选一项"

    def json_schema(self) -> dict[str, Any]:
        return {"enum": [*self.listed, *Unstated]}


@dataclass(frozen=True, slots=True)
class Multi(Kind):
    """Several of a closed list; 无 and 不适用 stand alone."""

    wide: ClassVar[bool] = True
    listed: tuple[str, ...]

    def options(self) -> Sequence[str]:
        return self.listed

    def parse(self, text: str) -> list[str]:
        # An option may itself hold a 、, so the whole text is tried first.
        parts = [text] if text in self.listed else re.split(r"[、；;]", text)
        return self.accept([part for part in parts if part.strip()])

    def accept(self, raw: object) -> list[str]:
        chosen_texts = texts(raw, "这里要写若干选项，如 甲、乙 或每行一个 - 甲")
        chosen = list(dict.fromkeys(_option(text, self.listed) for text in chosen_texts))
        alone = EXCLUSIVE.intersection(chosen)
        if alone and len(chosen) > 1:
            raise ValueError(f"“{min(alone)}”不能与其他选项同选")
        return sorted(chosen, key=self.listed.index) or None  # type: ignore[return-value]

    def _answer(self, text: str) -> Answer:
        return _marked(text, self.listed)

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return boxes(self.listed, value, other)

    def blank(self) -> str:
        return boxes(self.listed, [])

    def _plain(self, value: Any) -> Any:
        return list(value)

    def describe(self) -> str:
        return "可选多项"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"enum": list(self.listed)}, "uniqueItems": True}


class YesNo(Kind):
    """是 or 否; nothing means that nobody asked."""

    schema: ClassVar[dict[str, Any]] = {"enum": ["是", "否"]}

    def options(self) -> Sequence[str]:
        return ("是", "否")

    def parse(self, text: str) -> bool:
        return _option(text, ("是", "否")) == "是"

    def accept(self, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        raise ValueError("这里只写 是 或 否")

    def _answer(self, text: str) -> Answer:
        return _one(_marked(text, ("是", "否")))

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return boxes(("是", "否"), ["是" if value else "否"])

    def blank(self) -> str:
        return boxes(("是", "否"), [])

    def _plain(self, value: bool) -> str:
        return "是" if value else "否"

    def describe(self) -> str:
        return "是/否"


def _marked(text: str, listed: Sequence[str]) -> Answer:
    """The options ticked in the printed line, or named in words."""
    if named := _in_words(text.strip(), listed):
        return named
    line, reason = _unstated(text)
    if not ticks.is_marked(line):
        return Answer(text.strip())
    found = ticks.ticked(line, listed)
    if reason and not found.chosen:
        return Answer(reason)
    other = found.other + (f"（{reason}）" if reason else "")
    return Answer(list(found.chosen) or None, other, found.doubt)


def _one(answer: Answer) -> Answer:
    """The answer to a question that admits one option."""
    if not isinstance(answer.raw, list):
        return answer
    if len(answer.raw) > 1:
        raise ValueError(f"只能选一项，勾了 {len(answer.raw)} 项：{'、'.join(answer.raw)}")
    return replace(answer, raw=answer.raw[0])


def _unstated(text: str) -> tuple[str, str]:
    """The printed options and the reason printed behind them: `□甲　□乙（不详）`."""
    found = re.fullmatch(rf"(.*)[（(]({'|'.join(Unstated)})[）)]\s*", text, re.DOTALL)
    return (found[1], found[2]) if found else (text, "")


def _in_words(text: str, listed: Sequence[str]) -> Answer | None:
    """Options in words, as the cells of a table print them: `甲、其他：说明`."""
    options = "|".join(re.escape(option) for option in sorted(listed, key=len, reverse=True))
    found = re.fullmatch(rf"((?:{options})(?:[、，,；;\s]+(?:{options}))*)(?:[：:](.*))?", text, re.DOTALL)
    if not found or (found[2] and OTHER not in found[1]):
        return None
    return Answer(re.findall(options, found[1]), (found[2] or "").strip())


def _option(text: str, listed: Sequence[str]) -> str:
    """The option meant: exactly, or alike but for width, blanks and brackets."""
    if text in listed:
        return text
    alike = [option for option in listed if folded(option) == folded(text)]
    if len(alike) == 1:
        return alike[0]
    near = [option for option in listed if text in option] or get_close_matches(text, listed, 1, 0.5)
    guess = f"是不是“{near[0]}”？" if len(near) == 1 else ""
    raise ValueError(f"“{text}”不在选项中。{guess}可选：{'；'.join(listed)}")


def folded(option: str) -> str:
    """An option without the differences that input methods make."""
    return narrow(option).replace(" ", "").lower()
