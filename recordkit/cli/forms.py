"""`forms`, `show`: what forms there are and what they ask."""

from __future__ import annotations

from pathlib import Path

import click

from ..forms import Form
from ..records.fields import Spec
from ..tasks import naming
from ..tasks.workspace import Workspace
from . import clock, options, output
from .shell import command


@command(help="列出全部表单；类别写 casework 或 个案工作，只列这一类。")
@click.argument("method", required=False, metavar="[类别]")
@options.json_option
@options.station_option
def forms(method: str | None, json_: bool, station_path: Path | None) -> None:
    """List the forms."""
    own = options.station(station_path)
    layouts = own.layouts if own else None
    found = naming.forms_named(method, layouts) if method else naming.all_forms(layouts)
    if json_:
        output.as_json("forms", [_plain(form) for form in found])
        return
    rows = [["表单", "代码", "名称", "阶段", "谁填 → 谁签"]]
    rows += [[f.id, f.code, f.title, f.stage, f"{f.fills} → {f.signs}"] for f in found]
    output.table(rows)


def _plain(form: Form) -> dict[str, object]:
    return {
        "id": form.id, "title": form.title, "code": form.code, "stage": form.stage,
        "fills": form.fills, "signs": form.signs, "clauses": list(form.clauses), "copies": form.copies,
    }  # fmt: skip


@command(help="看一张表：字段、类型、选项、何时必填、隐私级别、依据；加 --guide 做成发给填表人的填写说明。")
@click.argument("form", metavar="表单")
@click.option("--guide", is_flag=True, help="写成《填写说明》PDF：逐栏怎么填、何时必填、审核时看什么")
@click.option(
    "-o",
    "--into",
    type=options.path_type,
    metavar="文件夹",
    help="配合 --guide：写到哪里（默认：工作区的“打印”文件夹）",
)
@click.option("--schema", is_flag=True, help="输出记录文件的 JSON Schema")
@options.force_option
@options.json_option
@options.station_option
def show(
    *,
    form: str,
    guide: bool,
    into: Path | None,
    schema: bool,
    force: bool,
    json_: bool,
    station_path: Path | None,
) -> None:
    """Explain a form."""
    own = options.station(station_path)
    found = options.form(form, own)
    if guide:
        output.show(str(_guide(found, into, own, force)))
    elif schema:
        import json

        output.show(json.dumps(_schema(found), ensure_ascii=False, indent=1))
    elif json_:
        specs = {**found.model.specs(), **found.local}
        output.as_json("form", {**_plain(found), "fields": [_field(found, n, s) for n, s in specs.items()]})
    else:
        _print(found)


def _guide(form: Form, into: Path | None, own: Workspace | None, force: bool) -> Path:
    """The form's filling guide, beside other prints."""
    from ..formats import pdf
    from ..tasks import guides, printing

    arranged = guides.guide(form, own.profile if own else None)
    made = [("（填写说明）.pdf", lambda: pdf.write(arranged, clock.today()))]
    [path] = printing.write_all(into or printing.default_folder(own), printing.blank_stem(form), made, force)
    return path


def _schema(form: Form) -> dict[str, object]:
    inner = form.model.file_schema()
    envelope = {
        "form": {"const": form.id},
        "form_version": {},
        "version": {},
        "local": {},
        "waivers": {},
        "printed": {},
        "revision": {},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.title,
        **inner,
        "properties": {**envelope, **inner["properties"]},
        "required": ["form"],
    }


def _field(form: Form, name: str, spec: Spec) -> dict[str, object]:
    return {
        "name": name, "label": spec.label, "nature": spec.nature.value, "kind": spec.kind.describe(),
        "options": list(spec.kind.options()), "need": need(form, spec), "privacy": str(spec.privacy),
        "internal": spec.internal, "source": spec.source or "[practice]", "hint": spec.hint,
    }  # fmt: skip


def need(form: Form, spec: Spec) -> str:
    """When the field is required, in words."""
    if spec.need is None:
        return "选填"
    if spec.need.condition is None:
        return f"必填（{spec.need.moment}）"
    return f"{spec.need.condition.says(form.model.label_of)}时必填（{spec.need.moment}）"


def _print(form: Form) -> None:
    output.show(f"{form.title}　{form.id}　{form.code}　{form.stage}")
    output.show(f"依据：{'；'.join(form.clauses)}　一式{form.copies}份，{form.keep}")
    by_hand = "（常先手写）" if form.by_hand_first else ""
    output.show(f"填写：{form.fills}{by_hand}　签署：{form.signs}")
    if form.notes:
        output.show(f"填表说明：{form.notes}")
    shown: set[str] = set()
    for section in form.sections:
        if section.title:
            output.show(f"\n【{section.title}】")
        for name in section.names():
            spec = form.spec_at(name)
            if spec and name not in shown:
                shown.add(name)
                _print_field(form, name, spec)


def _print_field(form: Form, name: str, spec: Spec) -> None:
    nature = "" if spec.stored else f"{spec.nature.value}　"
    secret = "" if str(spec.privacy) == "-" else f"　{spec.privacy}"
    inner = "　不给服务对象副本" if spec.internal else ""
    output.show(f"  {spec.label}　{name}　{nature}{spec.kind.describe()}　{need(form, spec)}{secret}{inner}")
    if spec.kind.options():
        output.show(f"      选项：{'；'.join(spec.kind.options())}")
    if spec.hint:
        output.show(f"      {spec.hint}")
    if spec.source:
        output.show(f"      依据：{spec.source}")
