"""A fillable PDF that came back: its fields as the texts of a form.

The fields are read by `extract.py` in a process of its own; here their names
are understood and the parts of a cell are joined to the text that the cell
would show in print.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import islice, takewhile
from tempfile import TemporaryFile
from typing import Any

from ...errors import RecordkitError, Refused
from ...forms.answers import canonical
from ...forms.definition import Form
from ...forms.returned import Anchor, Reading, Returned, Stray
from ...records import kinds
from .slots import OTHER, REMARK, gap_names, joined, line
from .stamp import FIELD, FORM, RECORD, VERSION

MOST_BYTES = 50 << 20
_SECONDS_TO_START, _SECONDS_A_FILE = 30, 5
_AT_ONCE = 25  # files for one process: starting one takes as long as reading ten
_REFUSED = {
    "locked": ("PDF 加了密码，打不开。", "请去掉密码另存一份再交。"),
    "large": ("PDF 太大或太复杂，没有读完。", "请对方用空白表重新填写后再交。"),
    "pages": ("PDF 没有页，或页数太多。", "一份文件只交一张表。"),
    "broken": ("不是 PDF，或已损坏、没有传完，或超过 50 MB。", "请核对是不是填好的那份，重新传一次。"),
    "lost": ("读这份 PDF 时出了问题，已经停下。", "文件可能已损坏，请对方用空白表重新填写后再交。"),
}
_FLAT = "表单域已被压平，读不出；请交没有压平（没有“打印成 PDF”）的文件"
_NONE = "这份 PDF 没有可以填写的栏，可能是打印件或扫描件"
_XFA = "这是 XFA 表单，读不出；请用本程序发的空白表"


def open_paper(data: bytes) -> Sheet:
    """The returned PDF, its fields read. Refused for what is no PDF, locked or harmful."""
    [read] = open_papers([data])
    if isinstance(read, RecordkitError):
        raise read
    return read


def open_papers(data: Iterable[bytes]) -> Iterator[Sheet | RecordkitError]:
    """Many, one after the other, which is faster; in place of one that cannot be read its
    error. Of an endless row of files only some are held at a time."""
    waiting = iter(data)
    while some := list(islice(waiting, _AT_ONCE)):
        for answer in _asked(some):
            yield Refused(*_REFUSED[answer["refused"]]) if "refused" in answer else Sheet(answer)


def _asked(data: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    """The answer to each file; a process that is lost costs the file it was at."""
    waiting = list(data)
    while waiting:
        fitting = list(takewhile(_is_readable, waiting))
        answers = _run(fitting) if fitting else []
        yield from answers or [{"refused": "lost" if fitting else "broken"}]
        del waiting[: len(answers) or 1]


def _is_readable(data: bytes) -> bool:
    """Whether it is worth a process: readers allow some bytes before the head."""
    return len(data) <= MOST_BYTES and b"%PDF-" in data[:1024]


def _run(data: Sequence[bytes]) -> list[dict[str, Any]]:
    """What the process said until it ended, was lost, or took too long."""
    script = files("recordkit") / "formats" / "pdf_form" / "extract.py"
    with TemporaryFile() as said:
        with suppress(subprocess.TimeoutExpired, BrokenPipeError):
            subprocess.run(
                # -P: the working folder is shared, no module may be taken from there.
                [sys.executable, "-P", str(script)],
                input=b"".join(len(each).to_bytes(8, "big") + each for each in data),
                stdout=said,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS_TO_START + _SECONDS_A_FILE * len(data),
                check=False,
            )
        said.seek(0)
        whole = [each for each in said.read().split(b"\n")[:-1] if each]
    return [json.loads(each) for each in whole]


@dataclass(slots=True)
class _Parts:
    """The fields of one place: each part's text, its options ticked, its page."""

    texts: dict[str, str] = field(default_factory=dict)
    boxes: dict[int, tuple[str, bool]] = field(default_factory=dict)
    page: int = 0

    def remark(self) -> str:
        """What was written behind the options."""
        return self.texts.get(REMARK, "").strip().strip("（）")


class Sheet:
    """A returned PDF (a `forms.returned.Paper`)."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.fields: list[dict[str, Any]] = answer["fields"]
        self.info: dict[str, str] = answer["info"]
        self.xfa: bool = answer["xfa"]
        stamp = self._stamp()
        self.form = stamp.get(FORM, "")
        version = stamp.get(VERSION, "")
        self.form_version = (
            int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0
        )
        self.record = stamp.get(RECORD, "")
        self.title = self.info.get("/Title", "")
        self.words: Sequence[str] = tuple(dict.fromkeys(filter(None, map(_word, self.fields))))

    def _stamp(self) -> dict[str, str]:
        """The stamp of the document information, else the one among the fields."""
        known = {name[1:]: text for name, text in self.info.items() if name[1:] in (FORM, VERSION, RECORD)}
        hidden = next((each["value"] for each in self.fields if each["name"] == FIELD), "")
        pairs = (line.partition("=") for line in hidden.splitlines())
        return {name: text for name, _, text in pairs} | known

    def returned(self, form: Form) -> list[Returned]:
        """What its fields say, read as that form: one record."""
        said = Returned(record=self.record)
        places: dict[tuple[str, int], _Parts] = {}
        asked = [each for each in self.fields if each["name"] != FIELD]
        for each in asked:
            place = _place(form, each["name"])
            if place:
                path, row, part = place
                self._take(places.setdefault((path, row), _Parts()), part, each, said)
            elif (text := _clean(each["value"])) and each["kind"] != "/Btn":
                said.strays.append(Stray(text, _where(each["page"], each["tip"] or each["name"])))
        for (path, row), parts in places.items():
            where = _where(parts.page, _label(form, path, row))
            said.readings.append(Reading(path, _text(form, path, parts), Anchor.FIELD, where, row))
            if (remark := parts.remark()) and remark not in frozenset(kinds.Unstated):
                said.strays.append(Stray(remark, where))
        if not said.readings:
            said.notes.append(_XFA if self.xfa else _FLAT if self.form else _NONE)
        return [said]

    def _take(self, parts: _Parts, part: str, each: dict[str, Any], said: Returned) -> None:
        parts.page = parts.page or each["page"]
        if each["kind"] != "/Btn":
            before, text = parts.texts.get(part, ""), _clean(each["value"])
            if before and text and before != text:
                said.notes.append(
                    f"{_where(each['page'], each['tip'])}：出现两次，取前一个，后一个是“{text}”"
                )
            parts.texts[part] = before or text
            return
        ticked, sure = _ticked(each)
        if not sure:
            said.notes.append(f"{_where(each['page'], each['tip'])}：勾没勾，文件里说法不一，请核对")
        if part.isdigit():
            parts.boxes[int(part)] = (each["tip"], ticked)


def _place(form: Form, name: str) -> tuple[str, int, str] | None:
    """Path, row and part that a field's name tells; None for a strange one."""
    steps = name.split("/")
    if len(steps) > 2 and steps[1].isascii() and steps[1].isdigit() and len(steps[1]) < 5:
        path, row, rest = f"{steps[0]}.{steps[2]}", int(steps[1]) - 1, steps[3:]
        path = canonical(form, path)
        return (path, row, "/".join(rest)) if form.spec_at(path) and row >= 0 else None
    for length in range(len(steps), 0, -1):
        path = canonical(form, ".".join(steps[:length]))
        if form.spec_at(path):
            return path, -1, "/".join(steps[length:])
    return None


def _text(form: Form, path: str, parts: _Parts) -> str:
    """The text of a place, as it would be printed."""
    spec = form.spec_at(path)
    assert spec
    options = spec.kind.options()
    if parts.boxes and options:
        ticked = [
            told
            for number, (tip, on) in parts.boxes.items()
            if on and (told := _option(options, tip, number))
        ]
        other, remark = parts.texts.get(OTHER, "").strip(), parts.remark()
        if not ticked and other.strip("（）") in frozenset(kinds.Unstated):
            other, remark = "", other.strip("（）")
        return line(options, ticked, other, remark)
    if gap_names(spec.kind.blank()) and parts.texts.keys() - {""}:
        return joined(spec.kind.blank(), parts.texts)
    return parts.texts.get("", "")


def _option(options: Sequence[str], tip: str, number: int) -> str:
    """The option a box stands for: by its tooltip, as an older version of the form
    may have had other options before it; else by its place."""
    named = next((option for option in options if tip.endswith(f"：{option}")), "")
    return named or (options[number - 1] if 0 < number <= len(options) else "")


def _ticked(each: dict[str, Any]) -> tuple[bool, bool]:
    """Whether a box is ticked, and whether that is sure.

    Programs set the value, the state shown, or both. Of two that differ the one that
    is no longer as it was sent counts.
    """
    said = [state not in ("", "/Off", "Off") for state in (each["value"], *each["states"])]
    if len(set(said)) == 1:
        return said[0], True
    was = each["was"] not in ("", "/Off", "Off")
    return not was, False


def _word(each: dict[str, Any]) -> str:
    """The label in a field's tooltip, without row, option and hint."""
    return re.split("[（：]", re.sub(r"^第\d+行 ", "", each["tip"]))[0]


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _label(form: Form, path: str, row: int) -> str:
    spec = form.spec_at(path)
    return f"{f'第{row + 1}行 ' if row >= 0 else ''}{spec.label if spec else path}"


def _where(page: int, label: str) -> str:
    return f"第{page}页“{label}”" if page else f"“{label}”"
