"""Signs and prompts: what a font, a box or an empty control of a Word document shows."""

from __future__ import annotations

import re

from ...records.kinds import BOX, TICKED
from ..opc import BadXml, Element, W, parse
from .fillable_hints import WORDS
from .returned_sheet import END

_VAL = W + "val"
GLYPHS = frozenset("☐☑☒□■▢▣◻◼❑❏✓✔✗✘√×○●🗹")
TICKS = frozenset("☑☒■▣◼✓✔✗✘√×●🗹")
# What Word and WPS say, and blanks: what an empty control shows when no glossary tells.
_PROMPT = re.compile(
    r"(?:点击|单击|双击|请|在此|Click|Choose|Enter|Select|Tap).*"
    r"|[年月日时分至＿_□☐]*",
    re.I | re.S,
)
# What letters stand for in fonts that draw signs in their place.
SIGNS = {
    "wingdings": {"þ": TICKED, "ý": TICKED, "ü": TICKED, "x": TICKED, "û": TICKED}
    | dict.fromkeys("¨opqr", BOX),
    "wingdings 2": dict.fromkeys("OPQRST", TICKED) | {"£": BOX},
}


def glossary_prompts(glossary: bytes | None) -> set[str]:
    """What a document's glossary says that empty controls show; nothing where it is damaged."""
    try:
        root = parse(glossary) if glossary else ()
    except BadXml:
        return set()
    bodies = (body for part in root for body in part.iter(W + "docPartBody"))
    return {squeezed("".join(each.text or "" for each in body.iter(W + "t"))) for body in bodies}


def squeezed(text: str) -> str:
    """The text without any blanks."""
    return "".join(text.replace(END, "").split())


def style_names(styles: bytes | None) -> dict[str, str]:
    """The names of styles by id, in lower case; none where the part is damaged."""
    try:
        root = parse(styles) if styles else ()
    except BadXml:
        return {}
    return {
        style.get(W + "styleId", ""): name.get(_VAL, "").lower()
        for style in root
        if style.tag == W + "style" and (name := style.find(W + "name")) is not None
    }


def is_prompt(text: str) -> bool:
    """Whether a squeezed text only says what to fill in."""
    return text in WORDS or _PROMPT.fullmatch(text) is not None


def number(element: Element | None, default: int) -> int:
    """The number in an element's value, if it is one that a form may have."""
    value = "" if element is None else element.get(_VAL, "")
    return min(int(value), 1000) if value.isdecimal() and len(value) < 6 else default


def is_on(value: str) -> bool:
    """Whether a switch of the format is on."""
    return value.lower() not in ("0", "false", "off", "none")


def signs(text: str, font: str) -> str:
    """Letters of a symbol font as the boxes it draws; U+F052 is its `R`."""
    signs = SIGNS.get(font, {})
    bare = (chr(ord(letter) - 0xF000) if 0xF000 <= ord(letter) <= 0xF0FF else letter for letter in text)
    return "".join(signs.get(letter, letter) for letter in bare)


def form_field(begin: Element) -> str | None:
    """What a check box or a list of the older kind shows; None for other fields."""
    for box in begin.iter(W + "checkBox"):
        state = box.find(W + "checked") if box.find(W + "checked") is not None else box.find(W + "default")
        return TICKED if state is not None and is_on(state.get(_VAL, "1")) else BOX
    for choice in begin.iter(W + "ddList"):
        entries = [each.get(_VAL, "") for each in choice.iter(W + "listEntry")]
        return "".join(entries[number(choice.find(W + "result"), 0) :][:1])
    return None
