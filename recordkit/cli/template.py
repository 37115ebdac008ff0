"""`template`: a station's own Word templates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import Exit, Severity, UsageProblem
from ..forms import Form
from ..tasks import adopting, naming, templates
from ..tasks.workspace import Workspace
from . import asking, options, output
from .shell import group

if TYPE_CHECKING:
    from ..formats.docx.adopt import Left

_into = click.option(
    "-o", "--into", type=options.path_type, metavar="文件夹", help="写到哪里（默认：工作区的 templates）"
)


_ADOPT = """把购买方自己的 Word 表做成模板：按栏目名在空格里放好标记，列出没认出的；原表不动。

做好后放在工作区的 templates 里，以后打印这张表（Word）就用它。

\b
例：
  recordkit template adopt 街道接案表.docx --as 接案
  recordkit template adopt 走访表.docx --as 基本信息 --map 老人姓名=name --map 联系人=
"""


@group(help="Word 模板：导出、套用、生成、检查。")
def template() -> None:
    """Word templates."""


@template.command(help="导出一张表的 Word 模板，在 WPS 或 Word 里改；放在工作区的 templates 里就用它打印。")
@click.argument("forms", nargs=-1, required=True, metavar="表单…")
@_into
@click.option("--layout", is_flag=True, help="导出版式（.toml），不是 Word 模板；加栏目、加自定字段改这个")
@options.force_option
@options.station_option
def export(
    *, forms: tuple[str, ...], into: Path | None, layout: bool, force: bool, station_path: Path | None
) -> None:
    """Export templates."""
    station = options.station(station_path)
    for path in templates.export(_named(forms, station), into, station, layout, force):
        output.show(str(path))
    if into:
        output.say("放进工作区的 templates 文件夹（连同 casework 等子文件夹）才会用它打印。")
    output.say("改完检查：recordkit template build" if layout else "改完检查：recordkit template check 文件")


@template.command(help="按版式（.toml）生成 Word 模板；不写表单就是全部自己的版式。")
@click.argument("forms", nargs=-1, metavar="[表单]…")
@_into
@options.force_option
@options.station_option
def build(*, forms: tuple[str, ...], into: Path | None, force: bool, station_path: Path | None) -> None:
    """Build templates."""
    station = options.station(station_path)
    wanted = _named(forms, station) if forms else None
    written = templates.build(wanted, into, station, force)
    for path in written:
        output.show(str(path))
    if not written:
        output.say("模板和版式一致，没有要重做的。")


@template.command(help="检查 Word 模板：字段名、标记、循环、漏掉的必填项，说到第几表第几行第几列。")
@click.argument("paths", nargs=-1, required=True, type=options.path_type, metavar="文件…")
@click.option("--as", "form", default="", metavar="表单", help="是哪张表的模板（默认：看文件属性或文件名）")
@options.json_option
@options.station_option
def check(*, paths: tuple[Path, ...], form: str, json_: bool, station_path: Path | None) -> int:
    """Check templates."""
    station = options.station(station_path)
    results = templates.check(paths, station, options.form(form, station) if form else None)
    found = [finding for result in results for finding in result.findings]
    if json_:
        output.as_json("findings", output.plain_findings(found))
    else:
        _print(results)
    return Exit.FINDINGS if found else Exit.DONE


@template.command(help=_ADOPT)
@click.argument("path", type=options.path_type, metavar="文件.docx")
@click.option("--as", "form", default="", metavar="表单", help="是哪张表，如 接案")
@_into
@click.option(
    "--map",
    "said",
    multiple=True,
    metavar="标签=字段",
    help="这一栏是哪个字段；“标签=”是不动这一栏；可写多次",
)
@options.force_option
@options.station_option
def adopt(
    *,
    path: Path,
    form: str,
    into: Path | None,
    said: tuple[str, ...],
    force: bool,
    station_path: Path | None,
) -> None:
    """Adopt a purchaser's form."""
    if not form:
        raise UsageProblem(f"没说 {path.name} 是哪张表", "加 --as 表单，如 --as 接案")
    station = options.station(station_path)
    asked = options.form(form, station)
    ask = _ask if asking.can_ask() else None
    made = adopting.adopt(path, asked, into, station, said, force, ask)
    for line in made.account():
        output.say(line)
    output.show(str(made.path))
    output.say(f"原表没有动。先看样子：recordkit blank {asked.slug}")
    output.say(f"在 Word 里改过后检查：recordkit template check {output.near(str(made.path))}")


def _ask(left: Left) -> str | None:
    """Which of the fields a doubtful label means; None where nobody knows."""
    output.say(f"“{left.label}”（{left.where}，{left.why}）是哪一项？")
    for index, (path, label) in enumerate(left.choices, 1):
        output.say(f"  {index}  {label}（{path}）")
    answer = asking.number("输入序号；都不是就直接回车", 0, len(left.choices), empty=0)
    return left.choices[answer - 1][0] if answer else None


def _print(results: list[templates.Checked]) -> None:
    for result in results:
        output.findings(result.findings, sys.stdout)
        errors = sum(finding.severity is Severity.ERROR for finding in result.findings)
        others = len(result.findings) - errors
        parts = [f"{errors} 处要改" if errors else "", f"{others} 处请核对" if others else ""]
        output.say(f"{result.path}《{result.form.title}》：{'，'.join(filter(None, parts)) or '可以使用'}")


def _named(words: tuple[str, ...], station: Workspace | None) -> list[Form]:
    own = station.layouts if station else None
    found = []
    for word in words:
        is_method = word in naming.METHOD_NAMES or word in naming.METHOD_NAMES.values()
        found += naming.forms_named(word, own) if is_method else [options.form(word, station)]
    return list({form.id: form for form in found}.values())
