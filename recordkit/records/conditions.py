"""When a field is required, as data that can be tested and said in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .kinds import Unstated

if TYPE_CHECKING:
    from .context import Context
    from .model import Block


class _Joinable:
    """`a & b`, `a | b`."""

    __slots__ = ()

    def __and__(self: Any, other: Condition) -> Every:
        return Every((self, other))

    def __or__(self: Any, other: Condition) -> Some:
        return Some((self, other))


@dataclass(frozen=True, slots=True)
class Test(_Joinable):
    """One field compared with given values; `field` may start with `client.`."""

    __test__ = False  # not a test case

    field: str
    op: str
    values: tuple[Any, ...] = ()

    def holds(self, block: Block, context: Context | None) -> bool:
        """Whether it is so now; what is not known is not so."""
        return _OPS[self.op][0](block.value_at(self.field, context), self.values)

    def says(self, label: Callable[[str], str]) -> str:
        """`个案来源以“转介”结尾`, `年龄未满18`."""
        values = "或".join(map(_said, self.values))
        return label(self.field) + _OPS[self.op][1].format(values)


@dataclass(frozen=True, slots=True)
class Every(_Joinable):
    """All of the conditions."""

    parts: tuple[Condition, ...]

    def holds(self, block: Block, context: Context | None) -> bool:
        """Whether all hold."""
        return all(part.holds(block, context) for part in self.parts)

    def says(self, label: Callable[[str], str]) -> str:
        """Joined by 且, with brackets around what 或 joins."""
        return "，且".join(
            f"（{part.says(label)}）" if isinstance(part, Some) else part.says(label) for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Some(_Joinable):
    """At least one of the conditions."""

    parts: tuple[Condition, ...]

    def holds(self, block: Block, context: Context | None) -> bool:
        """Whether one holds."""
        return any(part.holds(block, context) for part in self.parts)

    def says(self, label: Callable[[str], str]) -> str:
        """Joined by 或."""
        return "，或".join(part.says(label) for part in self.parts)


Condition = Test | Every | Some


def _chosen(value: Any) -> set[Any]:
    return set(value) if isinstance(value, list) else {value}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        value = "是" if value else "否"
    return f"“{value}”" if isinstance(value, str) else str(value)


def _stated(value: Any) -> bool:
    return value is not None and not isinstance(value, Unstated)


# op → (test, how it is said after the label)
_OPS: dict[str, tuple[Callable[[Any, tuple[Any, ...]], bool], str]] = {
    "is": (lambda v, wanted: bool(_chosen(v) & set(wanted)), "为{}"),
    "is_not": (lambda v, wanted: v is not None and not _chosen(v) & set(wanted), "不是{}"),
    "starts": (lambda v, wanted: isinstance(v, str) and v.startswith(wanted), "以{}开头"),
    "ends": (lambda v, wanted: isinstance(v, str) and v.endswith(wanted), "以{}结尾"),
    "under": (lambda v, wanted: _stated(v) and v < wanted[0], "未满{}"),
    "from": (lambda v, wanted: _stated(v) and v >= wanted[0], "已满{}"),
    "over": (lambda v, wanted: _stated(v) and v > wanted[0], "大于{}"),
    "filled": (lambda v, _: v not in (None, [], False), "已填写"),
    "empty": (lambda v, _: v in (None, [], False), "未填写"),
}


def when(field: str, op: str, *values: Any) -> Test:
    """A condition on one field; an unknown `op` is a mistake of the model's author."""
    if op not in _OPS:
        raise ValueError(f"unknown condition {op!r}, one of {', '.join(_OPS)}")
    return Test(field, op, values)
