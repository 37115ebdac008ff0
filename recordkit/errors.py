"""What can go wrong, and what a person is told about it.

Two things live here because every room needs them: `RecordkitError`, an end
of the road with its exit code, and `Finding`, one remark about a record, a
form or a template. Messages and hints are Simplified Chinese, in the words of
a colleague: first what is the matter, then what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from errno import (
    EBUSY,
    EDQUOT,
    EEXIST,
    EFBIG,
    EIO,
    EISDIR,
    ELOOP,
    EMFILE,
    ENAMETOOLONG,
    ENOSPC,
    ENOTDIR,
    EROFS,
)
from typing import Any

_SYSTEM = {
    EBUSY: "正被别的程序占用",
    EEXIST: "已经有同名的文件，不能当文件夹用",
    EIO: "磁盘读写出错，可能坏了或被拔下",
    EISDIR: "是文件夹，不是文件",
    ELOOP: "快捷链接指来指去，找不到文件",
    EMFILE: "同时打开的文件太多",
    ENOTDIR: "路径中间有一段是文件，不是文件夹",
    EROFS: "磁盘或文件夹是只读的，写不进去",
}


class Exit(IntEnum):
    """Exit codes of the command line, the same for every command."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    CONFLICT = 5
    INTEGRITY = 6
    PARTIAL = 7
    INTERRUPTED = 130


class Severity(StrEnum):
    """How much a finding weighs: 需 → error, 宜 and practice → warning."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: what is wrong, where, and how to mend it.

    `where` is what a person can go to: `文件`, `文件:行`, or for a template
    `文件:表1 行3 列2`. `clause` names the rule's source as printed.
    """

    code: str
    message: str
    hint: str = ""
    where: str = ""
    severity: Severity = Severity.ERROR
    clause: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f"　{self.hint}" if self.hint else ""
        return f"{place}{self.code} {self.message}{mend}"

    def plain(self) -> dict[str, str]:
        """Its parts by name, for programs."""
        return {part: str(getattr(self, part)) for part in self.__slots__}


class RecordkitError(Exception):
    """A command cannot go on. `cli` prints message and hint, once."""

    exit_code = Exit.USAGE
    hint = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or type(self).hint


class UsageProblem(RecordkitError):
    """The command or the station's configuration is wrong."""


class NotFound(RecordkitError):
    """A file, form, person or number that was named does not exist."""

    exit_code = Exit.NOT_FOUND


class Refused(RecordkitError):
    """What was asked is not allowed: hostile input, missing key."""

    exit_code = Exit.REFUSED


class Conflict(RecordkitError):
    """Somebody else was first: the file exists, or changed since it was read."""

    exit_code = Exit.CONFLICT


class HasFindings(RecordkitError):
    """Findings stand in the way; nothing was written."""

    exit_code = Exit.FINDINGS

    def __init__(self, message: str, findings: list[Finding], hint: str = "") -> None:
        super().__init__(message, hint)
        self.findings = findings


def explained(problem: BaseException) -> RecordkitError | None:
    """What a foreign exception means, in Chinese; None for one nobody expects.

    Click, pydantic, YAML, TOML and the operating system speak English; here,
    and only here, they are translated. Nothing is imported for it.
    """
    if isinstance(problem, RecordkitError):
        return problem
    if type(problem).__module__.startswith("click."):
        return _click(problem)
    if isinstance(problem, OSError):
        return _system(problem)
    if isinstance(problem, UnicodeError):
        return UsageProblem("有文字的编码无法识别", "把文件另存为 UTF-8")
    if isinstance(problem, RecursionError):
        return Refused("内容的层次太深，没有处理", "检查文件是否来路不明")
    if isinstance(problem, MemoryError):
        return Refused("内存不够，没有处理", "检查文件是否来路不明；或关掉别的程序再来一次")
    return None


def _click(problem: Any) -> RecordkitError:
    """Click's usage errors by what they carry, not by their English words."""
    name = type(problem).__name__
    asked = getattr(problem, "ctx", None)
    hint = f"用法：{asked.command_path} --help" if asked else "用法：recordkit --help"
    parameter = getattr(problem, "param", None)
    called = _called(parameter) if parameter is not None else ""
    if name == "NoSuchOption":
        near = "、".join(problem.possibilities or ())
        return UsageProblem(f"没有 {problem.option_name} 这个选项", f"是不是 {near}？" if near else hint)
    if name == "NoSuchCommand":
        return UsageProblem(problem.message, hint)
    if name == "MissingParameter":
        return UsageProblem(f"缺少 {called}", hint)
    if name == "BadParameter":
        return UsageProblem(f"{called} 的值不对：{_value(problem.message)}", hint)
    if name == "BadOptionUsage":
        return UsageProblem(f"选项 {problem.option_name} 用得不对（缺少值，或不该带值）", hint)
    if name in ("Abort", "Exit"):
        return RecordkitError("已取消，没有改动")
    return UsageProblem(f"参数不对：{_value(problem.message)}", hint)


def _called(parameter: Any) -> str:
    return str(parameter.opts[0] if parameter.param_type_name == "option" else parameter.human_readable_name)


def _value(message: str) -> str:
    """The Chinese of click's value messages; their shapes are few."""
    patterns = (
        (r"Got unexpected extra arguments? \((.*)\)", r"多出来的参数：\1"),
        (r".*'(.*)' does not exist\.", r"“\1”不存在"),
        (r".*'(.*)' is not one of (.*)\.", r"“\1”不在可选范围：\2"),
        (r"'(.*)' is not a valid (?:integer|float).*", r"“\1”不是数字"),
        (r"'(.*)' does not match the formats? .*", r"“\1”不是日期，请写成 2026-03-05"),
        (r".*'(.*)' is not (?:readable|writable)\.", r"没有权限读写“\1”"),
        (r".*'(.*)' is a directory\.", r"“\1”是文件夹"),
        (r".*'(.*)' is a file\.", r"“\1”是文件，不是文件夹"),
        (r"Option (.*) cannot be used with.*", r"\1 不能同用"),
    )
    for english, chinese in patterns:
        if re.fullmatch(english, message, re.DOTALL):
            return re.sub(english, chinese, message, flags=re.DOTALL)
    return message


def _system(problem: OSError) -> RecordkitError:
    """What the operating system said about a file."""
    place = f"{problem.filename}：" if problem.filename else ""
    if isinstance(problem, FileNotFoundError):
        return NotFound(f"{place}找不到")
    if isinstance(problem, PermissionError):
        return Conflict(f"{place}没有权限，或文件正被 WPS 打开", "请关闭后重试")
    if problem.errno in (ENOSPC, EDQUOT, EFBIG):
        return RecordkitError(f"{place}磁盘满了，没有写成", "清出空间后再来一次")
    if problem.errno == ENAMETOOLONG:
        return UsageProblem(f"{place}文件名太长", "换短一点的文件夹或文件名")
    said = _SYSTEM.get(problem.errno or 0, f"读写失败（系统错误 {problem.errno or '不明'}）")
    return RecordkitError(f"{place}{said}", "检查磁盘和文件夹权限")
