"""A station's own Word templates: taken out to be edited, built from a layout, looked over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from .. import forms
from ..errors import Conflict, Finding, NotFound, Refused, UsageProblem
from ..forms import Form
from ..records import disk
from ..records.fields import FILL, SIGN
from ..records.model import METHODS
from .workspace import Workspace

_HEADER = "page_number", "page_mark"  # without these a print cannot be told from another


@dataclass(frozen=True, slots=True)
class Checked:
    """A template that was looked over: which form it is of, what was found."""

    path: Path
    form: Form
    findings: list[Finding]


def export(
    wanted: Sequence[Form],
    into: Path | None,
    station: Workspace | None,
    layout: bool = False,
    force: bool = False,
) -> list[Path]:
    """Write the forms' Word templates, or their layouts, to be edited; in the
    workspace's `templates` they win over ours."""
    folder = folder_of(into, station)
    suffix = ".toml" if layout else ".docx"
    targets = [(folder / f"{form.id}{suffix}", form) for form in wanted]
    if not force and (there := [path for path, _ in targets if path.exists()]):
        raise Conflict(f"{there[0]} 已经存在，没有改动它", "要换成随带的，加 --force；或用 -o 换个文件夹")
    made = [(path, _layout(form) if layout else _built(form)) for path, form in targets]
    for path, data in made:
        disk.replace(path, data) if force else disk.create(path, data)
    return [path for path, _ in made]


def build(
    wanted: Sequence[Form] | None, into: Path | None, station: Workspace | None, force: bool = False
) -> list[Path]:
    """Build Word templates from layouts and return those that are new or changed;
    without a choice, of each layout the station has of its own, or elsewhere of all."""
    folder = folder_of(into, station)
    if wanted is None:
        wanted = list(_own(station)) if into is None and station else forms.catalogue()
    if not wanted:
        raise NotFound(
            f"{folder} 里没有自己的版式（.toml）", "先取一份来改：recordkit template export 表单 --layout"
        )
    made = [(folder / f"{form.id}.docx", _built(form)) for form in wanted]
    changed = [(path, data) for path, data in made if not _holds(path, data)]
    if not force and (there := [path for path, _ in changed if path.exists()]):
        raise Conflict(f"{there[0]} 已经存在，可能在 Word 里改过，没有动它", "要按版式重做，加 --force")
    for path, data in changed:
        disk.replace(path, data) if force else disk.create(path, data)
    return [path for path, _ in changed]


def check(paths: Sequence[Path], station: Workspace | None, named: Form | None = None) -> list[Checked]:
    """Look templates over; what is wrong is told by table, row and column."""
    from ..formats.docx.adopt_print import ADOPTED
    from ..formats.docx.check import check as check_template

    results = []
    for path in paths:
        data = disk.read_bytes(path)
        try:
            form = named or _form_of(path, data, station)
            # What a purchaser's form does not ask was told when it was adopted.
            needed = _HEADER if _property(data, ADOPTED) else required(form)
            findings = check_template(data, fields(form), str(path), needed)
        except Refused as problem:
            raise Refused(f"{path.name}：{problem.message}", problem.hint) from None
        results.append(Checked(path, form, findings))
    return results


def fields(form: Form) -> Mapping[str, Sequence[str] | None]:
    """The tags a form's template may use: None for a text, the columns of a table."""
    view = forms.tags(form).view()
    return {name: None if isinstance(value, str) else list(value[0]) for name, value in view.items()}


def required(form: Form) -> list[str]:
    """What a template has to print: all that must be filled in or signed whatever
    the case, and what tells one print from another."""
    always = (FILL, SIGN)
    names = [name for name in form.names() if (spec := form.spec_at(name)) and spec.need in always]
    return [*_HEADER, *names]


def _built(form: Form) -> bytes:
    from ..formats import docx

    return docx.built(form)


def _layout(form: Form) -> bytes:
    return (files("recordkit") / "templates" / f"{form.id}.toml").read_bytes()


def _holds(path: Path, data: bytes) -> bool:
    return path.exists() and disk.read_bytes(path) == data


def folder_of(into: Path | None, station: Workspace | None) -> Path:
    """Where templates are written: as named, else the workspace's own; UsageProblem outside of one."""
    if into is None and station is None:
        raise UsageProblem("这里不是社工站工作区，不知道放在哪里", "加 -o 文件夹；或换到工作区里")
    return into or (station.layouts if station else Path())


def _own(station: Workspace) -> Iterator[Form]:
    """The forms that have a layout in the station's templates."""
    for method in METHODS:
        for path in sorted((station.layouts / method).glob("*.toml")):
            yield forms.load(f"{method}/{path.stem}", station.layouts)


def _form_of(path: Path, data: bytes, station: Workspace | None) -> Form:
    """The form a template is of: as its properties say, else its place and name."""
    own = station.layouts if station else None
    from ..formats import docx

    if name := _property(data, docx.FORM) or _by_place(path):
        return forms.load(name, own)
    raise UsageProblem(f"看不出 {path.name} 是哪张表的模板", "加 --as 表单，如 --as 接案")


def _property(data: bytes, name: str) -> str:
    from ..formats.docx.properties import read_properties
    from ..formats.package import read_parts

    return read_properties(read_parts(data)).get(name, "")


def _by_place(path: Path) -> str:
    """`casework/intake` for a file of that name in a folder of that name."""
    full = path.resolve()
    name = f"{full.parent.name}/{full.stem}"
    return name if full.parent.name in METHODS and re.fullmatch(r"[a-z]+/[a-z-]+", name) else ""
