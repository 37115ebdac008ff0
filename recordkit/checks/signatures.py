"""What was signed is what stands there now."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Severity
from ..records.dates import print_day
from ..records.fields import Nature
from ..records.parts import Proof, Signature
from ..records.reading import Loaded
from .case import Case, Remark, day
from .rules import KEEPING, rule


@rule("SG-01", Severity.ERROR, title="签字后内容没有改动", clause=KEEPING, alone=True, waivable=False)
def changed(case: Case) -> Iterator[Remark]:
    """A signature whose proof names another version or other content."""
    for one, name, signature in _done(case):
        if signature.proof and (message := _difference(signature.proof, one)):
            yield Remark(one, name, message, "改动要作数的，另存为新版本后重签；不作数的，改回签字时的内容")


@rule("SG-02", Severity.ERROR, title="签名日期不早于填表日期", clause=KEEPING, alone=True)
def signed_before_written(case: Case) -> Iterator[Remark]:
    """A signature older than the form it stands on."""
    for one, name, signature in _done(case):
        signed, written = day(signature.on), day(one.record.form_day())
        if signed and written and signed < written:
            label = one.record.label_of(name)
            message = f"{label}签于{print_day(signed)}，早于填表日期{print_day(written)}"
            yield Remark(one, name, message, "按纸上的日期更正其中一个")


@rule("SG-03", Severity.INFO, title="已签的表留存签字当日带出的内容", clause=KEEPING, alone=True)
def without_snapshot(case: Case) -> Iterator[Remark]:
    """A signed form that keeps no copy of what it printed about others."""
    for one in case.records:
        looks_up = any(s.nature is Nature.LOOKED_UP for s in one.record.specs().values())
        if one.record.is_signed and looks_up and one.record.printed is None:
            message = "已签字，还没有留存签字当日带出的姓名、年龄等内容"
            yield Remark(one, "", message, "归入签字件时由程序留存")


def _done(case: Case) -> Iterator[tuple[Loaded, str, Signature]]:
    for one in case.records:
        for name, _, value in one.record.filled():
            if isinstance(value, Signature) and value.done:
                yield one, name, value


def _difference(proof: Proof, one: Loaded) -> str:
    version, mark = one.record.version, one.record.mark()
    if proof.version and proof.version.removeprefix("版") != str(version):
        return f"签字件是版{proof.version.removeprefix('版')}，现在是版{version}，请重签或恢复"
    if proof.mark and proof.mark.upper() != mark:
        return f"签字后内容改过（签的是{proof.mark.upper()}，现在是{mark}），请重签或恢复"
    return ""
