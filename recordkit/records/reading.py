"""Record files read: YAML as text and places, never as YAML's own types.

YAML would turn `no` into False and a phone into an integer, and would drop
what stands after ` #`. So files are read from parser events: every scalar is
text with its line, and whatever could be lost or was put right is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from ..errors import Finding, NotFound, RecordkitError, Severity
from . import disk, repair
from .kinds import Nested
from .model import Block, Record, form_class
from .text import clean

Loc = tuple[str | int, ...]
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
ENVELOPE = frozenset({"form", "form_version", "version", "revision", "waivers", "printed", "local"})
MAX_BYTES = 2_000_000
# libyaml's parser where the wheel brings it (ten times faster), else the same in Python.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
MAX_DEPTH = 20
_STEP = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}


@dataclass(slots=True)
class Loaded:
    """A record file as read: the record with what is right in it, and every
    problem. `lines` tells where each value stands; `record` is None only when
    the file is no record at all."""

    path: Path
    record: Any
    findings: list[Finding]
    lines: Mapping[Loc, int] = field(default_factory=dict)
    digest: str = ""

    def where(self, name: str = "") -> str:
        """`文件:行` of a field (`goals.0.due`) or of the nearest part that holds it,
        else the file."""
        loc: Loc = tuple(int(step) if step.isdigit() else step for step in name.split("."))
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return f"{self.path}:{self.lines[loc]}" if loc else f"{self.path}"

    @property
    def errors(self) -> list[Finding]:
        """The problems that keep values from being used."""
        return [f for f in self.findings if f.severity is Severity.ERROR]


def load(path: Path) -> Loaded:
    """Read one record file, reporting all problems at once.

    Raises NotFound when there is no such file; everything else is a finding.
    """
    data = disk.read_bytes(path)
    loaded = parse(data, path)
    loaded.digest = disk.digest(data)
    return loaded


def parse(data: bytes, path: Path) -> Loaded:
    """Like `load`, from bytes; `path` only names the place in findings."""
    notes = _Notes(path)
    if len(data) > MAX_BYTES:
        notes.error("RD-10", f"文件有 {len(data) // 1000} KB，不像一份记录", 0, "记录文件不超过 2 MB")
        return Loaded(path, None, notes.findings)
    decoded = repair.decoded(data, lambda said, line: notes.info("RD-04", said, line))
    if decoded is None:
        line = data.decode("utf-8", "replace").partition("\ufffd")[0].count("\n") + 1
        notes.error("RD-01", "这里有损坏的字节，或文件编码无法识别", line, "用记事本打开核对，再另存为 UTF-8")
        return Loaded(path, None, notes.findings)
    text = repair.cleaned(decoded, lambda said, line: notes.warn("RD-05", said, line))
    found = re.search(r"^[ \t]*form[ \t]*[:：][ \t]*['\"]?([\w/-]+)", text, re.MULTILINE)
    try:
        model = form_class(found[1]) if found else None
    except NotFound as problem:
        notes.error(
            "RD-02", problem.message, text[: found.start()].count("\n") + 1 if found else 1, problem.hint
        )
        return Loaded(path, None, notes.findings)
    if model is None:
        notes.error("RD-02", "看不出是哪张表：没有“form:”这一行", 1, "第一行写 form: casework/intake")
        return Loaded(path, None, notes.findings)
    text = repair.repaired(text, _names(model), lambda said, line: notes.info("RD-04", said, line))
    tree = _tree(text, notes)
    if not isinstance(tree, dict):
        if not any(f.severity is Severity.ERROR for f in notes.findings):
            notes.error("RD-01", "文件里没有“键: 值”", 1, "第一行写 form: casework/intake")
        return Loaded(path, None, notes.sorted())
    record = _validated(model, tree, notes)
    return Loaded(path, record, notes.sorted(), notes.lines)


def from_form(model: type[Record], tree: dict[str, Any], path: Path) -> Loaded:
    """Like `load`, from what was written on a form: identifiers → texts as `read`
    takes them, tables as lists of such mappings. There are no lines to name."""
    notes = _Notes(path)
    return Loaded(path, _validated(model, {"form": model.form_id, **tree}, notes), notes.findings)


class _Notes:
    """Findings about one file, and the line of each value."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.lines: dict[Loc, int] = {}

    def error(self, code: str, message: str, line: int, hint: str = "") -> None:
        self._add(code, message, line, hint, Severity.ERROR)

    def warn(self, code: str, message: str, line: int, hint: str = "") -> None:
        self._add(code, message, line, hint, Severity.WARNING)

    def info(self, code: str, message: str, line: int) -> None:
        self._add(code, message, line, "", Severity.INFO)

    def _add(self, code: str, message: str, line: int, hint: str, severity: Severity) -> None:
        where = f"{self.path}:{line}" if line else str(self.path)
        self.findings.append(Finding(code, message, hint, where, severity))

    def line(self, loc: Loc) -> int:
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1 if self.lines else 0)

    def sorted(self) -> list[Finding]:
        def line(finding: Finding) -> int:
            last = finding.where.rpartition(":")[2]
            return int(last) if last.isdecimal() else 0

        return sorted(self.findings, key=line)


@cache
def _names(model: type[Block]) -> frozenset[str]:
    """Every key that may stand in a file of this form, labels too."""
    names: set[str] = set(ENVELOPE) | set(Record.model_fields)
    for name, spec in model.specs().items():
        names |= {name, spec.label, *spec.was}
        if isinstance(spec.kind, Nested):
            part: type[Block] = spec.kind.part
            names |= _names(part)
    return frozenset(names)


def _tree(text: str, notes: _Notes) -> Any:
    """Nested dicts, lists and texts, with `notes.lines` filled."""
    try:
        events = list(yaml.parse(text, Loader=_LOADER))
        depths = accumulate(_STEP.get(type(event), 0) for event in events)
        if max(depths, default=0) > MAX_DEPTH:
            raise yaml.YAMLError(f"内容套了{MAX_DEPTH}层以上")
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        notes.error("RD-01", *_explained(problem, text, mark.line + 1 if mark else 1))
        return None
    except (yaml.YAMLError, ValueError, OverflowError) as problem:
        notes.error("RD-01", f"文件格式读不懂：{problem}", 1)
        return None
    if sum(isinstance(event, yaml.DocumentStartEvent) for event in events) > 1:
        notes.error("RD-03", "一个文件里只能有一份记录，这里有第二个“---”", 1, "拆成两个文件")
        return None
    reader = _Reader(events, text.split("\n"), notes)
    return reader.node(())


def _explained(problem: yaml.MarkedYAMLError, text: str, line: int) -> tuple[str, int, str]:
    lines = text.split("\n")
    shown = lines[line - 1].strip()[:30] if line <= len(lines) else ""
    return f"这一行读不懂：“{shown}”", line, "检查缩进是否对齐、引号是否成对；含冒号或引号的文字写在 | 下面"


class _Reader:
    """Turns parser events into a tree of texts."""

    def __init__(self, events: Sequence[Any], lines: Sequence[str], notes: _Notes) -> None:
        starts = [e for e in events if not isinstance(e, yaml.StreamStartEvent | yaml.DocumentStartEvent)]
        self.events = iter(starts)
        self.lines = lines
        self.notes = notes

    def node(self, loc: Loc, event: Any = None) -> Any:
        event = event or next(self.events)
        line = event.start_mark.line + 1
        self.notes.lines.setdefault(loc, line)
        if getattr(event, "anchor", None) or isinstance(event, yaml.AliasEvent):
            self.notes.error("RD-03", "记录里不能用 & 或 * 引用", line, "以 & 或 * 开头的文字请加引号")
        if getattr(event, "tag", None):
            self.notes.error("RD-03", "记录里不能用 ! 标签", line, "以 ! 开头的文字请加引号")
        if isinstance(event, MappingStartEvent):
            return self.mapping(loc)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(loc)
        return self.scalar(event) if isinstance(event, ScalarEvent) else None

    def mapping(self, loc: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            line = event.start_mark.line + 1
            key = event.value if isinstance(event, ScalarEvent) else None
            if key is None:
                self.notes.error("RD-01", "这里的键读不懂", line, "键要写成一个词")
                self.node((*loc, "?"), event)
            value = self.node((*loc, key or "?"))
            if key in found:
                self.notes.error("RD-03", f"“{key}”写了两次", line, "保留一个")
            self.notes.lines[(*loc, key or "?")] = line
            if key is not None:
                found.setdefault(key, value)
        return found

    def sequence(self, loc: Loc) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self.node((*loc, len(items)), event))
        return items

    def scalar(self, event: Any) -> str | None:
        if not event.style:
            self.tell_lost(event)
            if event.value in _EMPTY:
                return None
        first, last = event.start_mark.line + 1, event.end_mark.line + 1
        if event.style not in ("|", ">") and first != last:
            self.notes.warn(
                "RD-06",
                "这段文字分几行写，换行没有保留，连成了一段",
                first,
                "要分段的，写在 | 下面，每行前空两格",
            )
        text, removed = clean(event.value)
        if removed:
            self.notes.warn("RD-05", f"去掉了不能保存和打印的字符：{'、'.join(removed)}", first)
        return text

    def tell_lost(self, event: Any) -> None:
        mark = event.end_mark
        rest = self.lines[mark.line][mark.column :] if mark.line < len(self.lines) else ""
        if re.match(r"\s+#", rest):
            self.notes.warn(
                "RD-06",
                f"“{rest.strip()[:20]}”没有读入：空格后的 # 会使后面的文字成为注释",
                mark.line + 1,
                "要保留的，把整段文字写在引号里或 | 下面；确是注释的，另起一行",
            )


def _validated(model: type[Record], tree: dict[str, Any], notes: _Notes) -> Record | None:
    """The record with what is right; the rest is set aside and told."""
    if (said := tree.pop("form", None)) != model.form_id:
        notes.error(
            "RD-02", f"“form: {said}”不是表单的名字", notes.line(("form",)), f"写成 form: {model.form_id}"
        )
    local = tree.pop("local", None)
    tree = _known(model, tree, (), notes)
    if isinstance(local, dict):
        tree["local"] = local
    elif local is not None:
        notes.error("RD-07", "local 下面要分项写", notes.line(("local",)), "另起一行缩进，如 fund_code: ZX-1")
    for name, default in (("form_version", "1"), ("version", "1")):
        tree[name] = _count(tree.get(name) or default, name, notes)
    if tree["form_version"] > model.newest:
        notes.error(
            "RD-09",
            f"这份记录是用更新的版本（第{tree['form_version']}版）写的，本程序只认识第{model.newest}版",
            notes.line(("form_version",)),
            "请升级 recordkit",
        )
        return None
    while True:
        try:
            return model.model_validate(tree)
        except ValidationError as problem:
            changed = [_set_aside(tree, error, model, notes) for error in problem.errors()]
            if not any(changed):
                notes.error("RD-07", f"这份记录读不懂：{problem.errors()[0]['msg']}", 1)
                return None


def _count(text: Any, name: str, notes: _Notes) -> int:
    if isinstance(text, str) and re.fullmatch(r"[1-9]\d{0,3}", text):
        return int(text)
    notes.error("RD-07", f"“{name}”应是 1、2、3 这样的数字", notes.line((name,)))
    return 1


def _known(block: type[Block], tree: dict[str, Any], loc: Loc, notes: _Notes) -> dict[str, Any]:
    """The tree with identifiers for labels and earlier names; unknown keys told."""
    specs = block.specs()
    aliases = {alias: name for name, spec in specs.items() for alias in (spec.label, *spec.was)}
    envelope = ENVELOPE if not loc else frozenset[str]()
    known: dict[str, Any] = {}
    lines = {key: notes.line((*loc, key)) for key in tree}
    for key, value in tree.items():
        name = key if key in specs or key in envelope else aliases.get(key, key)
        line = lines[key]
        if name in envelope and name not in specs:
            known[name] = value
        elif name in block.retired:
            notes.info("RD-08", f"“{key}”已停用：{block.retired[name]}", line)
        elif name not in specs:
            near = get_close_matches(key, [*specs, *aliases], 1, 0.5)
            hint = f"是不是“{near[0]}”？" if near else "全部字段：recordkit show"
            notes.error("RD-07", f"没有“{key}”这个字段", line, hint)
        elif not specs[name].stored:
            notes.warn("RD-08", f"“{specs[name].label}”由程序算出，不用填，这里写的不采用", line)
        elif name in known:
            notes.error("RD-03", f"“{specs[name].label}”写了两次", line, "保留一个")
        else:
            notes.lines[(*loc, name)] = line
            known[name] = _inner(specs[name].kind, value, (*loc, name), (*loc, key), notes)
    return known


def _inner(kind: Any, value: Any, loc: Loc, was: Loc, notes: _Notes) -> Any:
    if not isinstance(kind, Nested):
        return value
    if isinstance(value, list):
        rows = enumerate(value)
        return [
            _known(kind.part, row, _moved(notes, (*was, i), (*loc, i)), notes)
            if isinstance(row, dict)
            else row
            for i, row in rows
        ]
    return _known(kind.part, value, _moved(notes, was, loc), notes) if isinstance(value, dict) else value


def _moved(notes: _Notes, old: Loc, new: Loc) -> Loc:
    """Lines known under a label are known under the identifier too."""
    if old != new:
        for loc in [known for known in notes.lines if known[: len(old)] == old]:
            notes.lines[(*new, *loc[len(old) :])] = notes.lines[loc]
    return new


def _set_aside(tree: Any, error: Any, model: type[Block], notes: _Notes) -> bool:
    """Take one wrong value out of the tree and tell where and why; False where it
    is out already, as one value may be wrong in several ways."""
    reason = error["ctx"]["error"] if error["type"] == "value_error" else "这里的写法读不懂"
    holder: Any = tree
    value: Any = tree
    path: list[str | int] = []
    for step in error["loc"]:
        if not _has(value, step):
            break
        holder, value = value, value[step]
        path.append(step)
    if not path or (isinstance(holder, list) and value == {}):
        return False
    notes.error("RD-07", f"{_label(model, path)}：{reason}", notes.line(tuple(path)))
    if isinstance(holder, dict):
        del holder[path[-1]]
    else:
        holder[path[-1]] = {}  # an empty row is dropped, and the others keep their numbers
    return True


def _has(holder: Any, step: str | int) -> bool:
    if isinstance(holder, list):
        return isinstance(step, int) and step < len(holder)
    return isinstance(holder, dict) and step in holder


def _label(model: type[Block], path: Sequence[str | int]) -> str:
    """`家庭成员 第2行 姓名`."""
    words: list[str] = []
    block: type[Block] | None = model
    for step in path:
        if isinstance(step, int):
            words.append(f"第{step + 1}行")
            continue
        spec = block.specs().get(step) if block else None
        words.append(spec.label if spec else step)
        block = spec.kind.part if spec and isinstance(spec.kind, Nested) else None
    return " ".join(words)


def require(loaded: Loaded) -> Record:
    """The record, or an error that carries the findings when there is none."""
    if loaded.record is None:
        raise RecordkitError(str(next(iter(loaded.findings), f"{loaded.path} 不是记录文件")))
    assert isinstance(loaded.record, Record)
    return loaded.record
