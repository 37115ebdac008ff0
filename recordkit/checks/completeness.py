"""Whether a record has what its form requires by a given moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..errors import Finding, Severity
from ..records.context import Context
from ..records.fields import Moment, Need, Spec
from ..records.kinds import Seal
from ..records.model import Block, Record
from ..records.parts import Signature
from ..records.reading import Loaded

CODES = {Moment.FILL: "NEED-1", Moment.SIGN: "NEED-2", Moment.CLOSE: "NEED-3"}


def missing(loaded: Loaded, context: Context, moment: Moment) -> list[Finding]:
    """A finding for every field that is required by the moment and has no value."""
    record = loaded.record
    if record is None:
        return []
    # A value that could not be read was told already; it is not missing as well.
    told = {finding.where for finding in loaded.errors}
    found = [
        _finding(loaded, name, need.moment, _said(record, spec, need), spec.hint)
        for name, spec, need in _required(record, moment)
        if not _present(getattr(record, name))
        and not ((name,) in loaded.lines and loaded.where(name) in told)
        and (need.condition is None or need.condition.holds(record, context))
    ]
    return found + (list(_unproven(loaded)) if moment is Moment.CLOSE else [])


def counts(findings: Iterable[Finding]) -> dict[Moment, int]:
    """How many required things are missing, by moment."""
    found = Counter(finding.code for finding in findings)
    return {moment: found[code] for moment, code in CODES.items()}


def summary(findings: Iterable[Finding]) -> str:
    """In a colleague's words: 「还差 3 项就能打印；还差 2 个签名才能结案」."""
    listed = list(findings)
    lacks = counts(listed)
    others = Counter(f.severity for f in listed if f.code not in CODES.values())
    parts = {
        "还差 {} 项就能打印": lacks[Moment.FILL],
        "还差 {} 个签名才能结案": lacks[Moment.SIGN],
        "办结前还要补 {} 项": lacks[Moment.CLOSE],
        "有 {} 处要改正": others[Severity.ERROR],
        "有 {} 处请核对": others[Severity.WARNING],
    }
    return "；".join(words.format(n) for words, n in parts.items() if n) or "齐全，没有发现问题"


def _required(record: Record, moment: Moment) -> Iterator[tuple[str, Spec, Need]]:
    order = list(Moment)
    for name, spec in record.specs().items():
        if spec.need and spec.stored and order.index(spec.need.moment) <= order.index(moment):
            yield name, spec, spec.need


def _present(value: object) -> bool:
    if isinstance(value, Signature):
        return value.settled
    if isinstance(value, Block):
        return any(True for _ in value.filled())
    if isinstance(value, list):
        return any(map(_present, value))
    return value is not None


def _said(record: Record, spec: Spec, need: Need) -> str:
    act = "盖章" if isinstance(spec.kind, Seal) else "签名"
    must, lacks = {
        Moment.FILL: ("必填", "（必填）还没有填"),
        Moment.SIGN: (f"须{act}", f"：还没有{act}"),
        Moment.CLOSE: ("办结前须补上", "（办结前补上）还没有填"),
    }[need.moment]
    if need.condition is None:
        return spec.label + lacks
    return f"{spec.label}：{need.condition.says(record.label_of)}时{must}"


def _unproven(loaded: Loaded) -> Iterator[Finding]:
    """Signatures that were given, but nobody can show; a scan of the whole signed
    form shows them all."""
    record = loaded.record
    for name, spec, value in [] if record.signed_scan else record.filled():
        if not isinstance(value, Signature) or not value.done:
            continue
        if value.proof is None or not (value.proof.scan or value.proof.paper):
            message = f"{spec.label}：{value.state}，没有登记扫描件或纸质原件的位置"
            hint = "recordkit attach 扫描件 --to 这份记录；或写 proof: {paper: 2号柜第3盒}"
            yield _finding(loaded, name, Moment.CLOSE, message, hint)


def _finding(loaded: Loaded, name: str, moment: Moment, message: str, hint: str) -> Finding:
    return Finding(CODES[moment], message, hint, loaded.where(name))
