"""Word documents: the form's template, and a record printed into it.

`template` is the template of a form, `write` prints an arranged form into
one, ours or a station's own.

    build, page, grids, wml, order, properties, structure   our templates, and whole documents
    grammar, syntax, nesting, tags, fields, rules, check, codes  what a template may say, and what is wrong with one
    program, engine, anchors, fitting, finishing            a record printed into a template
    fillable*                                               blanks to be filled in on the computer
    returned*                                               filled-in forms read back
    adopt*                                                  a purchaser's own form made a template
    patch                                                   texts put into a copy of somebody's document
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from importlib.resources import files

from ... import forms
from ...forms import Arranged, Form
from ...forms.returned import FORM, FORM_VERSION, RECORD
from . import adopt_print
from .engine import Template
from .finishing import finish
from .fitting import heights, room_to_write, unbroken_options, whole_rows

__all__ = ["FORM", "FORM_VERSION", "RECORD", "Template", "built", "prepared", "ready", "template", "write"]

MAX_PREPARED = 64
_ready: dict[str, tuple[Form, Template]] = {}
_prepared: OrderedDict[tuple[bytes, str], Template] = OrderedDict()


def template(form: Form) -> bytes:
    """The form's Word template: the one that ships with the program, or for a
    station's own layout one built from its definition."""
    if (
        form is forms.shipped(form.id)
        and (file := files("recordkit") / "templates" / f"{form.id}.docx").is_file()
    ):
        return file.read_bytes()
    return built(form)


def built(form: Form) -> bytes:
    """The form's Word template, built anew from its definition."""
    from .build import build

    return build(forms.tags(form), {FORM: form.id, FORM_VERSION: str(form.version)})


def prepared(data: bytes, name: str) -> Template:
    """A template made ready once for any number of prints, however often its file is read.

    Raises `Refused` and `HasFindings` as `Template` does; the last 64 are kept in memory.
    """
    key = hashlib.sha256(data).digest(), name
    known = _prepared.pop(key, None) or Template(data, name)
    _prepared[key] = known  # the last is the one used last
    if len(_prepared) > MAX_PREPARED:
        _prepared.popitem(last=False)
    return known


def ready(form: Form) -> Template:
    """The form's template, prepared once for any number of prints."""
    known = _ready.get(form.id)
    if known is None or known[0] != form:  # a station's own layout has the same id
        known = _ready[form.id] = (form, prepared(template(form), form.title))
    return known[1]


def write(
    arranged: Arranged, template: Template | bytes, properties: Mapping[str, str] | None = None
) -> bytes:
    """The document: the arranged texts and pictures in the template."""
    if isinstance(template, bytes):
        template = Template(template, arranged.page.title)
    if template.adopted:  # its own room counts, not that of our layout
        view, room = adopt_print.view(arranged, template.adopted), dict[str, int]()
    else:
        view = {**arranged.view(), **room_to_write(arranged), **unbroken_options(arranged)}
        room = heights(arranged)
    printed = template.printed(view, properties or {}, room, whole_rows(arranged))
    return template.assemble(finish(template, printed, arranged))
