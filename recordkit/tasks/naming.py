"""Forms by whatever a person calls them: slug, title, part of it, pinyin initials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from ..errors import NotFound, RecordkitError
from ..forms import Form, catalogue, load

METHOD_NAMES = {
    "casework": "个案工作",
    "groupwork": "小组工作",
    "community": "社区工作",
    "supervision": "督导",
    "evaluation": "评估",
    "station": "站务与档案",
}


class Ambiguous(RecordkitError):
    """Several forms answer to the word; `choices` are their ids and titles."""

    def __init__(self, word: str, choices: Sequence[tuple[str, str]]) -> None:
        listed = "；".join(f"{index} {title}（{name}）" for index, (name, title) in enumerate(choices, 1))
        super().__init__(f"“{word}”可以指：{listed}", "写得再具体一点，或写括号里的英文名")
        self.choices = choices


def form_named(word: str, own: Path | None = None) -> Form:
    """The one form a word means; Ambiguous for several, NotFound for none."""
    found = _called(word)
    if len(found) > 1:
        raise Ambiguous(word, [(form.id, form.title) for form in found])
    return _own(found, own)[0]


def forms_named(word: str, own: Path | None = None) -> list[Form]:
    """All forms of a method, else those a word means."""
    method = next((m for m, name in METHOD_NAMES.items() if word in (m, name)), None)
    found = [form for form in catalogue() if form.method == method] if method else _called(word)
    return _own(found, own)


def _called(word: str) -> list[Form]:
    """The forms a word means: id, slug, code or title, else a part of the title or
    its pinyin initials; NotFound for none."""
    forms = catalogue()
    exact = [form for form in forms if word in (form.id, form.slug, form.code, form.title)]
    found = exact or [form for form in forms if word in re.sub(r"（.*?）", "", form.title)]
    found = found or [form for form in forms if word in form.title or word == form.stage]
    if not found and word.isascii():
        found = [form for form in forms if word.lower() in initials(form.title)]
    if not found:
        near = get_close_matches(word, [f.slug for f in forms] + [f.title for f in forms], 1, 0.4)
        hint = f"是不是“{near[0]}”？" if near else ""
        raise NotFound(f"没有叫“{word}”的表", hint + "全部表单：recordkit forms")
    return found


def all_forms(own: Path | None = None) -> list[Form]:
    """Every form, the station's own layouts first."""
    return _own(catalogue(), own)


def _own(forms: Sequence[Form], own: Path | None) -> list[Form]:
    return [load(form.id, own) for form in forms] if own else list(forms)


# Surnames that dictionaries read otherwise.
_SURNAMES = dict(zip("单仇解曾区查翟朴盖任华尉缪宁纪", "sqxzozzpgrhymnj", strict=True))


def initials(text: str, name: bool = False) -> str:
    """The pinyin initials of a text, `gajadjb`; with `name`, of a person's name,
    whose surname may be read otherwise than the word (单 as Shàn)."""
    from pypinyin import Style, lazy_pinyin

    letters = "".join(part[:1] for part in lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
    if name and text[:1] in _SURNAMES:
        letters = _SURNAMES[text[0]] + letters[1:]
    return letters
