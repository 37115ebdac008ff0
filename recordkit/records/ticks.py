"""Printed options as people mark them: `□甲　☑乙`, `√乙`, `乙√`, `■乙`.

First the printed line is looked for as it was printed; what differs is read
sign by sign. What cannot be told for certain raises ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

TICKS = "☑☒✓✔√✅🗹🗸■▣◼⬛●◉⊙☻"
BOXES = "□☐◻▢⬜◇❑❏○◯"
CROSSES = "×✗✘❌╳✕✖Ⅹ"
_MARK = f"[{TICKS}{BOXES}{CROSSES}]"
_GAP = r"[\s　]*"
_OTHER = "其他"


@dataclass(frozen=True, slots=True)
class Ticked:
    """The options that are marked, what stands behind 其他, and what is doubtful."""

    chosen: tuple[str, ...]
    other: str = ""
    doubt: str = ""


def is_marked(text: str) -> bool:
    """Whether boxes or ticks stand in the text."""
    return re.search(_MARK, text) is not None


def ticked(text: str, listed: Sequence[str]) -> Ticked:
    """The options marked in a text that holds boxes or ticks."""
    found = _printed(tuple(listed)).fullmatch(text)
    if found is None:
        return _by_sign(text, listed)
    *marks, said = found.groups()
    chosen = tuple(option for option, mark in zip(listed, marks, strict=True) if _is_tick(mark, option))
    # An option line breaks only where blanks stood, so a break within what was said was one.
    return _checked(chosen, _said(said or "").replace("\n", "　"))


def _checked(chosen: tuple[str, ...], other: str, doubt: str = "") -> Ticked:
    if other and _OTHER not in chosen:
        doubt = doubt or f"写了“其他：{other}”，但没有勾“其他”"
    return Ticked(chosen, other, doubt)


@lru_cache(maxsize=512)
def _printed(listed: tuple[str, ...]) -> re.Pattern[str]:
    """The line as `boxes` prints it, whatever signs stand for the boxes."""
    mark = f"[{BOXES}]+[{TICKS}{CROSSES}]?|[{TICKS}{CROSSES}]"
    options = _GAP.join(rf"({mark}){_GAP}{re.escape(option)}" for option in listed)
    said = r"(?:[：:](.*))?" if listed[-1:] == (_OTHER,) else "(.{0})"
    return re.compile(rf"\s*{options}{said}\s*", re.DOTALL)


def _said(text: str) -> str:
    """What somebody wrote on the rule behind 其他."""
    return text.strip().strip("＿_").strip()


def _is_tick(mark: str, option: str) -> bool:
    if any(sign in CROSSES for sign in mark):
        raise ValueError(f"“{option}”前面打了叉，不知道是选还是不选，请改成打勾")
    return any(sign in TICKS for sign in mark)


def _by_sign(text: str, listed: Sequence[str]) -> Ticked:
    """The options as found in the text, each with the signs before and behind it."""
    body, said = _before_other(text, listed)
    words = list(_words(body, listed))
    if not any(word.known for word in words):
        raise ValueError(f"看不出勾了哪一项。可选：{'；'.join(listed)}")
    chosen = {word.text for word in words if _is_tick(word.before + word.behind, word.text)}
    if strange := [word.text for word in words if word.text in chosen and not word.known]:
        raise ValueError(f"勾的“{strange[0]}”不在选项中。可选：{'；'.join(listed)}")
    late = [word.text for word in words if word.behind and word.text in chosen]
    doubt = f"勾打在“{late[0]}”的后面，按勾选了它读入" if late else ""
    return _checked(tuple(option for option in listed if option in chosen), _said(said), doubt)


def _before_other(text: str, listed: Sequence[str]) -> tuple[str, str]:
    """The text with a bare 其他, and what was said behind it up to the next box."""
    found = re.search(rf"{_OTHER}\s*[：:]([^{TICKS}{BOXES}]*)", text) if _OTHER in listed else None
    if not found:
        return text, ""
    return f"{text[: found.start()]}{_OTHER} {text[found.end() :]}", found[1]


class _Word(NamedTuple):
    text: str
    known: bool
    before: str
    behind: str


def _words(text: str, listed: Sequence[str]) -> Iterator[_Word]:
    """Each word with its signs, and whether it is an option."""
    options = "|".join(re.escape(option) for option in sorted(listed, key=len, reverse=True))
    signs = rf"[\s　{TICKS}{BOXES}{CROSSES}]"
    parts = re.split(rf"({options}|(?:(?!{options}){signs[:1]}^{signs[1:]})+)", text)
    words, gaps = parts[1::2], parts[::2]
    before = "".join(gaps[0].split())
    for word, gap in zip(words, gaps[1:], strict=True):
        is_last = word is words[-1] and gap is gaps[-1]
        behind, following = ("".join(gap.split()), "") if is_last else _shared(gap, word)
        yield _Word(word, word in listed, before, behind)
        before = following


def _shared(gap: str, word: str) -> tuple[str, str]:
    """The signs between two words: those of the word before, and those of the next.

    A box belongs to the word behind it, a tick to the word or box it touches.
    """
    groups = gap.split()
    signs = "".join(groups)
    if not any(sign in TICKS for sign in signs) or gap[0].isspace() or signs[0] not in TICKS:
        return "", signs
    if len(groups) > 1:
        return groups[0], "".join(groups[1:])
    if gap[-1].isspace() and all(sign in TICKS for sign in signs):
        return signs, ""
    raise ValueError(f"“{word}”后面的勾，不知道是勾它还是勾后一项，请在框里打勾")
