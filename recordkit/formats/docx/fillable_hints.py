"""What an empty control shows: a faint word that says what to write.

Word keeps these texts in a glossary of the document and puts them back when a
control is emptied; without one it would show its own, in its own language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from copy import deepcopy

from ...records import kinds
from ...records.kinds import Kind
from ..opc import W_URI, Element, parse, to_text

NAMESPACES = {
    "w": W_URI,
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}
HINT_STYLE = "PlaceholderText"  # the style whose look Word drops when somebody types
LETTER = 150  # twips: hints are printed in 7.5 pt

PERSON = ("选姓名", "选人", "选")
COMPUTED = ("可不填",)
_LISTED = ("选一项", "选项", "选")
_FIGURE = ("填数字", "数字")
_TEXT = ("填写", "填")
_BY_KIND: dict[type[Kind], tuple[str, ...]] = {
    kinds.Long: ("填写，可分段", "填写", "填"),
    kinds.Day: ("选日期", "日期"),
    kinds.DayTime: ("填日期和时间", "日期时间", "日期"),
    kinds.Days: ("填起止日期", "起止日期", "起止"),
    kinds.Times: ("填起止时间", "起止时间", "起止"),
    kinds.Choice: _LISTED,
    kinds.YesNo: _LISTED,
    kinds.Multi: ("可写多项，用、隔开", "可写多项", "多项"),
    kinds.Number: _FIGURE,
    kinds.Rating: _FIGURE,
    kinds.Money: ("填金额", "金额"),
    kinds.IdNo: ("填号码", "号码"),
    kinds.Phone: ("填电话", "电话"),
    kinds.Ref: ("填编号", "编号"),
    kinds.RowNo: ("可不填", "编号"),
    kinds.Refs: ("填编号，用、隔开", "填编号", "编号"),
    kinds.Picks: ("可写多项，用、隔开", "可写多项", "填写"),
}

# Everything an empty control of ours may show.
WORDS = frozenset(word for words in (*_BY_KIND.values(), _TEXT, PERSON, COMPUTED) for word in words)


def wording(kind: Kind) -> tuple[str, ...]:
    """What to write for a kind of value, the longest wording first."""
    return _BY_KIND.get(type(kind), _TEXT)


def fitting(words: Iterable[str], room: int) -> str:
    """The longest wording that stands in so many twips; a blank where none does."""
    return next((word for word in words if len(word) * LETTER <= room), "　")


def hint_style() -> Element:
    """The style of hints: small and so faint that a sheet filled in by hand looks like a plain one."""
    return parse(
        f'<w:style xmlns:w="{W_URI}" w:type="character" w:styleId="{HINT_STYLE}">'
        '<w:name w:val="Placeholder Text"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:rPr><w:color w:val="D9D9D9"/><w:sz w:val="15"/><w:szCs w:val="15"/></w:rPr></w:style>'.encode()
    )


class Hints:
    """The distinct hints of a document, each named by what it says."""

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}

    def name(self, runs: Iterable[Element]) -> str:
        """The glossary's name for these runs."""
        paragraph = parse(f'<w:p xmlns:w="{W_URI}"/>'.encode())
        paragraph.extend(map(deepcopy, runs))
        xml = to_text(paragraph)
        digest = hashlib.sha256(xml.encode()).hexdigest().upper()[:32]
        self._entries[digest] = xml
        return digest

    def entries(self) -> list[Element]:
        """The glossary's entries, each with its name."""
        return [parse(_entry(name, paragraph).encode()) for name, paragraph in sorted(self._entries.items())]


def glossary() -> Element:
    """A glossary without entries."""
    return parse(f'<w:glossaryDocument xmlns:w="{W_URI}"/>'.encode())


def _entry(name: str, paragraph: str) -> str:
    pieces = (name[:8], name[8:12], name[12:16], name[16:20], name[20:])
    return (
        f'<w:docPart xmlns:w="{W_URI}"><w:docPartPr><w:name w:val="{name}"/>'
        '<w:category><w:name w:val="General"/><w:gallery w:val="placeholder"/></w:category>'
        '<w:types><w:type w:val="bbPlcHdr"/></w:types><w:behaviors><w:behavior w:val="content"/></w:behaviors>'
        f'<w:guid w:val="{{{"-".join(pieces)}}}"/></w:docPartPr>'
        f"<w:docPartBody>{paragraph}</w:docPartBody></w:docPart>"
    )
