"""Word documents: the form's template, and a record printed into it.

`template` builds the template of a form, `write` prints an arranged form into
one, ours or a station's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from .build import build
from .engine import Template
from .finishing import finish
from .fitting import heights, room_to_write, unbroken_options
from ...forms import Arranged, Form, tags

__all__ = ["FORM", "FORM_VERSION", "Template", "ready", "template", "write"]

FORM, FORM_VERSION = "recordkit-form", "recordkit-form-version"  # document properties

_built: dict[str, tuple[Form, bytes]] = {}
_ready: dict[str, tuple[bytes, Template]] = {}


def template(form: Form) -> bytes:
    """The form's Word template, built from its definition."""
    known = _built.get(form.id)
    if known is None or known[0] != form:  # a station's own layout has the same id
        properties = {FORM: form.id, FORM_VERSION: str(form.version)}
        known = _built[form.id] = (form, build(tags(form), properties))
    return known[1]


def ready(form: Form) -> Template:
    """The form's template, prepared once for any number of prints."""
    data = template(form)
    known = _ready.get(form.id)
    if known is None or known[0] is not data:
        known = _ready[form.id] = (data, Template(data, form.title))
    return known[1]


def write(
    arranged: Arranged, template: Template | bytes, properties: Mapping[str, str] | None = None
) -> bytes:
    """The document: the arranged texts and pictures in the template."""
    if isinstance(template, bytes):
        template = Template(template, arranged.page.title)
    view = arranged.view() | room_to_write(arranged) | unbroken_options(arranged)
    parts = template.render_parts(view, properties or {}, heights(arranged))
    return template.assemble(finish(template, parts, arranged))
