"""Where in the XML a tag of a template stands, known before anything is printed.

A template is compiled piece by piece, and its branches may close elements that
others opened. `Place` follows the open elements through the pieces. Where every
branch and every turn of a loop leaves them as it found them, no choice of
branches and no number of rows can tear the XML; where one does not, the place
is not `sound`, and the engine looks at every single document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_TAG = re.compile(r"<(/?)([^\s<>/]+)[^<>]*?(/?)>")
_OPENING = re.compile(r"<[^\s<>/]*")
# The look of a run that may be written again elsewhere: no id, and no prefix but that of every part.
_LOOK = re.compile(r'<w:rPr>(?:<w:(?!id |bookmark)\w+(?: w:\w+="[^"]*")*/>)*</w:rPr>')
_WRAPPERS = frozenset(("w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins", "w:moveTo"))
# What may hold any number of what a loop repeats; not a row, which has as many cells as its table has columns.
_HOLDS_MANY = frozenset(
    (
        *("w:t", "w:r", "w:p", "w:hyperlink", "w:tc", "w:tbl"),
        *("w:body", "w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:txbxContent"),
    )
)


class Place(NamedTuple):
    """The elements open at a place, from the outermost, and the look (`w:rPr`) of each open run.

    A look is None where it depends on the branch taken, or can't be written twice. `tag` is the
    beginning of a tag that the place stands in, `low` the fewest elements open since a loop began.
    """

    names: tuple[str, ...] = ()
    looks: tuple[str | None, ...] = ()
    tag: str = ""
    low: int = 0
    sound: bool = True

    @property
    def in_text(self) -> bool:
        """Whether a value would stand in `w:t`."""
        return not self.tag and self.names[-1:] == ("w:t",)

    @property
    def in_run(self) -> bool:
        """Whether it surely would stand in the `w:t` of a run, where a break or a tab may stand too."""
        return self.sound and self.in_text and self.names[-2:-1] == ("w:r",)

    @property
    def look(self) -> str | None:
        """The look of the run here; None where there is none, or not always the same."""
        return self.looks[-1] if self.in_run else None

    def after(self, xml: str) -> Place:
        """The place behind this piece of the template."""
        if not self.tag and "<" not in xml:
            return self
        names, looks, low, sound = list(self.names), list(self.looks), self.low, self.sound
        text, begun = self.tag + xml, -1
        for tag in _TAG.finditer(text):
            closing, name, empty = tag.groups()
            if closing:
                sound = _close(names, name) and sound
                low = min(low, len(names))
                if name == "w:r" and looks:
                    looks.pop()
                elif name == "w:rPr" and names[-1:] == ["w:r"] and looks:
                    look = text[begun : tag.end()] if begun >= 0 else ""
                    looks[-1] = look if _LOOK.fullmatch(look) else None
            elif not empty:
                if name == "w:r":
                    looks.append("")
                elif name == "w:rPr" and names[-1:] == ["w:r"]:
                    begun = tag.start()
                names.append(name)
        return Place(tuple(names), tuple(looks), _unfinished(text), low, sound)

    def turning(self) -> Place:
        """The same at the beginning of a loop, whose turns may begin in different runs."""
        return self._replace(looks=(*self.looks[:-1], None) if self.looks else (), low=len(self.names))

    def after_loop(self, turn: Place, otherwise: Place) -> Place:
        """The place behind a loop that began here, by where its turns and its `else` end."""
        base = next((name for name in reversed(self.names[: turn.low]) if name not in _WRAPPERS), "")
        end = meeting([otherwise, turn])
        return end._replace(low=min(self.low, end.low), sound=end.sound and base in _HOLDS_MANY)


def meeting(ends: Sequence[Place]) -> Place:
    """The place where branches meet; not sound when they leave different elements open."""
    last = ends[-1]
    even = all((end.names, end.tag) == (last.names, last.tag) for end in ends)
    alike = zip(*(end.looks for end in ends), strict=False)
    return last._replace(
        looks=tuple(each[0] if len(set(each)) == 1 else None for each in alike),
        low=min(end.low for end in ends),
        sound=even and all(end.sound for end in ends),
    )


def _close(names: list[str], name: str) -> bool:
    """Take the element off the open ones; False when another one had to be closed first."""
    if names and names[-1] == name:
        names.pop()
        return True
    while names and names.pop() != name:
        pass
    return False


def _unfinished(xml: str) -> str:
    """The beginning of a tag that has no end yet, without what was written into it."""
    start = xml.rfind("<")
    if start < 0 or ">" in xml[start:]:
        return ""
    begun = _OPENING.match(xml, start)
    return f"{begun[0]} " if begun else ""
