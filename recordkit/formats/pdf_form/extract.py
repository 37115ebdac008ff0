"""Runs as a process of its own: the raw fields of PDFs that nobody has looked into.

    python -P extract.py < files > answers

Files come one behind the other, each after its length in eight bytes; each is
answered by one line of JSON. A crafted PDF may crash a parser, fill the memory
or never end; then this process is lost and not the program. Nothing in a PDF
is run or drawn here, and nothing but the fields and the document information
is looked at, so scripts, actions and attached files do nothing. It imports
nothing of recordkit, so that it starts fast.
"""

from __future__ import annotations

import io
import json
import signal
import sys
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

MEMORY = 1 << 30
SECONDS = 10  # for one file
MOST_FIELDS, MOST_PAGES, DEEPEST, LONGEST = 20_000, 500, 32, 200_000


def main() -> None:
    """Answer each file on stdin."""
    _bound()
    source = sys.stdin.buffer
    while head := source.read(8):
        data = source.read(int.from_bytes(head, "big"))
        _alarm(SECONDS)
        print(json.dumps(_answer(data)), flush=True)
        _alarm(0)


def _bound() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # Windows does not have it, macOS may not take it


def _alarm(seconds: int) -> None:
    """End the process then; where there are no alarms the caller's own limit does."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _answer(data: bytes) -> dict[str, Any]:
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            return _told(document)
    except pikepdf.PasswordError:
        return {"refused": "locked"}
    except (MemoryError, RecursionError):
        return {"refused": "large"}
    except Exception:  # pikepdf raises nearly anything on broken bytes
        return {"refused": "broken"}


def _told(document: pikepdf.Pdf) -> dict[str, Any]:
    pages = len(document.pages)
    if not 0 < pages <= MOST_PAGES:
        return {"refused": "pages"}
    form = document.Root.get("/AcroForm")
    fields: list[dict[str, Any]] = []
    if isinstance(form, pikepdf.Dictionary):
        numbers = _numbers(document)
        for field in _fields(form):
            if len(fields) >= MOST_FIELDS:
                return {"refused": "large"}
            fields.append({**field, "page": max((numbers.get(each, 0) for each in field["page"]), default=0)})
    return {
        "info": {str(name): _string(value) for name, value in list(document.docinfo.items())[:50]},
        "xfa": isinstance(form, pikepdf.Dictionary) and "/XFA" in form,
        "pages": pages,
        "fields": fields,
    }


def _numbers(document: pikepdf.Pdf) -> dict[tuple[int, int], int]:
    """The page, from 1, of each widget."""
    found: dict[tuple[int, int], int] = {}
    for number, page in enumerate(document.pages, 1):
        notes: Any = page.obj.get("/Annots", [])
        if isinstance(notes, pikepdf.Array):
            found |= {note.objgen: number for note in list(notes)[:MOST_FIELDS]}
    return found


def _fields(form: pikepdf.Dictionary) -> Iterator[dict[str, Any]]:
    """The fields at the ends of the tree, with what they have from those above."""
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Any, str, dict[str, Any], int]] = [
        (field, "", {}, 0) for field in _kids(form, "/Fields")
    ]
    while waiting:
        field, above, given, depth = waiting.pop(0)
        known = field.objgen
        if (
            not isinstance(field, pikepdf.Dictionary)
            or depth > DEEPEST
            or (known != (0, 0) and known in seen)
        ):
            continue
        seen.add(known)
        own = {key: field[key] for key in ("/FT", "/V", "/DV", "/TU") if key in field}
        name = ".".join(part for part in (above, _string(field.get("/T"))) if part)
        kids = _kids(field, "/Kids")
        if any(isinstance(kid, pikepdf.Dictionary) and "/T" in kid for kid in kids):
            waiting += [(kid, name, {**given, **own}, depth + 1) for kid in kids]
        else:
            yield _field(field, kids, name, {**given, **own})


def _field(field: pikepdf.Dictionary, kids: list[Any], name: str, own: dict[str, Any]) -> dict[str, Any]:
    """One field; a program may have put the value into its widget."""
    widgets = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)] or [field]
    value = own.get("/V")
    if value is None:
        value = next((widget.V for widget in widgets if "/V" in widget), None)
    return {
        "name": name,
        "kind": _string(own.get("/FT")),
        "value": _string(value),
        "was": _string(own.get("/DV")),
        "states": [_string(widget.AS) for widget in widgets if "/AS" in widget],
        "tip": _string(own.get("/TU")),
        "page": [widget.objgen for widget in widgets],
    }


def _kids(node: pikepdf.Dictionary, key: str) -> list[Any]:
    kids: Any = node.get(key, [])
    return list(kids)[:MOST_FIELDS] if isinstance(kids, pikepdf.Array) else []


def _string(value: Any) -> str:
    """Text, name, stream or list of them as text."""
    match value:
        case pikepdf.Array():
            return "、".join(_string(each) for each in list(value)[:100])[:LONGEST]
        case pikepdf.Stream():
            return str(pikepdf.String(_unpacked(value)))[:LONGEST]
        case None | pikepdf.Dictionary():
            return ""
        case _:
            return str(value)[:LONGEST]


def _unpacked(stream: pikepdf.Stream) -> bytes:
    """The beginning of a long text, not more: a few bytes may unpack to gigabytes."""
    packed = stream.read_raw_bytes()
    if stream.get("/Filter") == "/FlateDecode":
        return zlib.decompressobj().decompress(packed, 2 * LONGEST)
    return b"" if "/Filter" in stream else packed[: 2 * LONGEST]


if __name__ == "__main__":
    main()
