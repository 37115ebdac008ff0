"""The command line: parse, call a task, print.

Only what a command needs is imported: the group knows the commands' names and
one-line helps, and imports a command's module when it is called.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

# pydantic looks through all installed packages for plugins; we have none and it takes 20 ms.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")

import click

from ..errors import Exit, HasFindings, RecordkitError, explained
from . import output
from .shell import Group

COMMANDS = {
    "init": ("station", "建一个社工站工作区"),
    "forms": ("forms", "列出全部表单"),
    "show": ("forms", "看一张表的字段、选项、填写要求和依据；做填写说明"),
    "new": ("records", "开始一份新记录"),
    "revise": ("records", "修改已签字的记录：另立新版"),
    "check": ("records", "检查记录、案卷或整个站"),
    "render": ("rendering", "把记录打印成 Word 和 PDF"),
    "blank": ("printing", "空白表：打印出来手填，或在电脑上填；打包"),
    "read": ("reading", "读填好的表，变成记录"),
    "import": ("importing", "导入本站的花名册（Excel、CSV）"),
    "fill": ("filling", "用记录填写别人的表"),
    "attach": ("attach", "归入扫描件、照片"),
    "find": ("find", "按姓名、拼音首字母、电话、编号查找"),
    "dossier": ("dossier", "案卷：立卷、进展、结卷"),
    "template": ("template", "Word 模板：导出、套用别人的表、生成、检查"),
    "demo": ("station", "用样例走一遍全程"),
    "doctor": ("station", "看这台机器缺什么"),
}

_HELP = """社工站的记录、表单和档案：一次填写，处处打印。

\b
例：
  recordkit new 接案 --client LX01-FW-000123     开始一份接案登记
  recordkit render dossiers/LX01-GA-2026-0007    打印一个案卷的全部表单
"""


@click.group(cls=Group, help=_HELP, commands_by_name=COMMANDS)
@click.version_option(
    None, "--version", package_name="recordkit", message="recordkit %(version)s", help="显示版本"
)
def cli() -> None:
    """The root command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code; nothing a user can
    type or have on disk shows a traceback."""
    # Most commands are over before there is garbage worth collecting. Fewer rounds while
    # modules load, and none over all of them at the end, are a tenth of a short command.
    gc.set_threshold(20_000)
    code = run(arguments)
    gc.freeze()
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    output.speak_utf8()
    try:
        result = cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="recordkit",
            standalone_mode=False,
        )
    except click.exceptions.NoArgsIsHelpError as asked:
        output.say(asked.ctx.get_help() if asked.ctx else "")
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        output.say("已中断。")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away; say nothing more on it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as problem:
        known = explained(problem)
        if known is None:
            raise
        return _told(known)
    return result if isinstance(result, int) else Exit.DONE


def _told(problem: RecordkitError) -> int:
    if isinstance(problem, HasFindings):
        output.findings(problem.findings)
    output.say(f"错误：{problem.message}")
    if problem.hint:
        output.say(f"　　　{problem.hint}")
    return int(problem.exit_code)
