"""A purchaser's own Word form made a template of the station."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..errors import Conflict, Finding, NotFound, Refused, UsageProblem
from ..forms import Form
from ..forms.labels import Labels
from ..records import disk
from . import templates
from .handed_in import read_whole
from .workspace import Workspace

if TYPE_CHECKING:
    from ..formats.docx.adopt import Adopted, Left

Ask: TypeAlias = "Callable[[Left], str | None]"


@dataclass(frozen=True, slots=True)
class Made:
    """The template that was written, and what was recognised for it."""

    path: Path
    form: Form
    adopted: Adopted
    findings: Sequence[Finding] = ()

    def account(self) -> Iterator[str]:
        """What a person has to know, line by line: first what was done, then what is left."""
        found = self.adopted
        yield f"《{self.form.title}》放好了 {len(found.placed)} 项：" + "、".join(
            dict.fromkeys(placed.label for placed in found.placed)
        )
        yield from found.notes
        for said, left in (
            ("没有动", found.untouched),
            ("拿不准，没有动", found.doubtful),
            ("没认出", found.unknown),
        ):
            for each in left:
                guess = "、".join(f"{label}（{path}）" for path, label in each.choices)
                yield f"{said}：“{each.label}”（{each.where}）　{each.why}{f'：{guess}' if guess and each.choices else ''}"
        if found.doubtful or found.unknown:
            yield "　　　知道是哪一项的，再来一次并写明：--map 标签=字段 --force；字段名：recordkit show 表单"
        if needed := [label for _, label, always in found.missing if always]:
            yield f"表上没有、打印必填的 {len(needed)} 项（记录里照样要填，只是不印出来）：{'、'.join(needed)}"
        for finding in self.findings:
            yield str(finding)


def adopt(
    path: Path,
    form: Form,
    into: Path | None,
    station: Workspace | None,
    said: Sequence[str] = (),
    force: bool = False,
    ask: Ask | None = None,
) -> Made:
    """Write the template; the original is never touched.

    `said` are lines `标签=字段`; `ask` is called for each doubtful label. Raises
    Conflict for a template that is there already, UsageProblem when nothing was
    recognised or `said` names what does not exist, and Refused for a hostile file.
    """
    from ..formats.docx.check import check

    target = templates.folder_of(into, station) / f"{form.id}.docx"
    if target.exists() and not force:
        raise Conflict(f"{target} 已经存在，没有改动它", "要换成这一张，加 --force；或用 -o 换个文件夹")
    if target.exists() and target.samefile(path):
        raise Conflict(f"{path} 就是要写的模板，没有改动它", "请用购买方发来的原表")
    found = _asked(path, form, _settled(form, said), ask)
    if not found.placed:
        raise UsageProblem(
            f"{path.name} 里没有认出《{form.title}》的任何一项，没有写模板",
            "看看是不是别的表（--as），或用 --map 标签=字段 写明",
        )
    findings = [
        each for each in check(found.data, templates.fields(form), target.name) if each.code != "TP-02"
    ]
    disk.replace(target, found.data) if force else disk.create(target, found.data)
    return Made(target, form, found, findings)


def _asked(path: Path, form: Form, said: Mapping[str, str], ask: Ask | None) -> Adopted:
    """The adoption, once more when a person settled doubtful labels."""
    from ..formats.docx.adopt import adopted

    data = read_whole(path)
    try:
        found = adopted(data, form, said)
        if unmet := [label for label in said if label not in found.names]:
            raise NotFound(f"{path.name} 里没有“{unmet[0]}”这个标签", "照表上印的写；第二次出现的写 标签#2")
        if ask is None or not found.doubtful:
            return found
        answers = {left.label: answer for left in found.doubtful if (answer := ask(left))}
        return adopted(data, form, {**said, **answers})
    except Refused as problem:
        raise Refused(f"{path.name}：{problem.message}", problem.hint) from None


def _settled(form: Form, said: Sequence[str]) -> dict[str, str]:
    """`标签=字段` as the field's path by label."""
    labels, known = (
        Labels(form),
        {name for name, columns in templates.fields(form).items() if columns is None},
    )
    found: dict[str, str] = {}
    for line in said:
        label, equals, field = (part.strip() for part in line.replace("＝", "=").partition("="))
        paths = [field] if field in known else [path for path in labels.paths(field) if path in known]
        if not equals or not label or (field and len(paths) != 1):
            near = "、".join(list(labels.near(field))[:3]) if field else ""
            raise UsageProblem(
                f"--map {line}：没有“{field or line}”这个字段",
                f"相近的：{near}" if near else "写 标签=字段，如 老人姓名=name",
            )
        found["".join(label.split())] = paths[0] if field else ""
    return found
