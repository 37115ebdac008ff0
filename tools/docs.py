"""Writes the pages of `docs/` that only repeat what the code says.

    python tools/docs.py           write them
    python tools/docs.py --check   say which are out of date, exit 1

`docs/cli.md` comes from every command's help, `docs/rules.md` from the rules
and the codes of findings, `docs/forms.md` from the forms and their models,
`docs/读回一览.md` from what the readers of each format say they leave out.
Nothing in them depends on the machine: no clock, no terminal width.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click

from recordkit import checks
from recordkit.checks.rules import RULES
from recordkit.cli import COMMANDS, cli
from recordkit.cli.forms import need
from recordkit.errors import Exit
from recordkit.formats import pdf_form, xlsx
from recordkit.formats.docx.codes import CODES as TEMPLATE_CODES
from recordkit.forms import Form, answers, catalogue
from recordkit.records.fields import Moment, Nature, Spec
from recordkit.records.kinds import Table, YesNo
from recordkit.records.model import METHODS
from recordkit.tasks.naming import METHOD_NAMES

FOLDER = Path(__file__).resolve().parents[1] / "docs"
WIDTH = 100

_CLI_HEAD = """\
<!-- 由 tools/docs.py 生成（make docs），不要手改 -->
# 命令一览

每个命令加 `--help` 都显示下面这些。写法：`命令 [选项] 参数`，带 `…` 的参数可写多个。
"""
_EXIT_HEAD = """
## 退出码

给写脚本的人：每个命令都一样。
"""
_EXITS = {
    Exit.DONE: "做好了",
    Exit.FINDINGS: "有要补或要改的；`render` 没有打印",
    Exit.USAGE: "命令写得不对，或站点情况、版式文件有错",
    Exit.NOT_FOUND: "找不到写的文件、表单、人或编号",
    Exit.REFUSED: "不允许：来路不明的模板等",
    Exit.CONFLICT: "别人先了一步：文件已存在、刚被改过，或正被 WPS 打开",
    Exit.INTEGRITY: "文件内容损坏",
    Exit.PARTIAL: "多份里有几份没有做成，其余已做好",
    Exit.INTERRUPTED: "中断了（Ctrl+C）",
}

_RULES_HEAD = """\
<!-- 由 tools/docs.py 生成（make docs），不要手改 -->
# 检查规则与代号

`recordkit check` 列出的每一条都是 `文件:行: 代号 说明　怎么改`。这里按代号说明意思。

“必须改”的不改不能结卷；“请核对”的看一眼，确实没问题可以不改；“说明”加 `--all` 才列出。

## 前后一致的规则
"""
_WAIVER = """
确有特殊情形的，在那份记录末尾写明代号和理由，检查就改列为“说明”：

```yaml
waivers:
  - rule: CA-07
    reason: 服务对象5月住院，其间每周与家属电话联系
```
"""
_TEMPLATE_HEAD = """
## Word 模板

`recordkit template check` 列出的代号，位置写到第几张表、第几行、第几列。
"""
_SEVERITIES = {"error": "必须改", "warning": "请核对", "info": "说明"}

# Codes that are no rules: what completeness, reading and printing remark on.
LACKING = {
    "NEED-1": ("填写时必填的没有填", "补上；确实不知道的写“不详”，本人不愿说的写“拒绝提供”"),
    "NEED-2": ("签署时要有的签名或盖章没有登记", "签好后登记，见 [使用指南](社工使用指南.md)"),
    "NEED-3": ("办结前要补的没有补，或签名没有凭证", "补上；归入扫描件，或写明纸质原件放在哪里"),
    "LO-01": ("自定字段没有声明", "先在本站版式的 `[[field]]` 里声明"),
    "LO-02": ("自定字段的值写法不对", "按提示改"),
    "LO-03": ("自定的必填字段没有填", "补上"),
    "PR-01": ("有字没有字形，打印成〓", "换用常用字，或打印后手写"),
    "PR-02": ("记录不在工作区里，自动带出的项目留空", "把记录放进工作区，或加 `--station`"),
}
READING = {
    "RD-01": ("文件读不懂：缩进、引号或编码不对", "到那一行看缩进是否对齐、引号是否成对；文件存为 UTF-8"),
    "RD-02": ("看不出是哪张表，或表名不认识", "第一行写 `form: casework/intake` 这样的表名"),
    "RD-03": ("一项写了两次，写了两份记录，或用了 & * ! 记号", "保留一个；以这些记号开头的文字加引号"),
    "RD-04": ("全角冒号、制表符、GB 18030 编码等，已按正确写法读入", "不用改；加 `--all` 才列出"),
    "RD-05": ("去掉了不能保存和打印的字符", "看一下那一行，没有少字就行"),
    "RD-06": ("有文字没有读入（空格后的 #），或换行没有保留", "整段写在引号里，或写在 `|` 下面"),
    "RD-07": ("没有这个字段，或值的写法不对", "按提示改；各项写法见 [表单一览](forms.md)"),
    "RD-08": ("字段已停用，或由程序算出、不用填", "删去这一行"),
    "RD-09": ("记录是用更新的版本写的", "升级 recordkit"),
    "RD-10": ("文件太大，不像一份记录", "扫描件、照片放进 attachments 文件夹，记录里只写文件名"),
}

_FORMS_HEAD = """\
<!-- 由 tools/docs.py 生成（make docs），不要手改 -->
# 表单一览

现有 {count} 张表。表名写全称、名称的一部分、代码或英文名都行，如 `recordkit show 接案`。
填好的表哪些栏目读不回来，见[读回一览](读回一览.md)。
"""
_FIELDS_HEAD = """
## 各表的项目

“键”是写在记录文件里冒号前面的词，也可以直接写中文名称。“何时填”里的三个时候：
**填写**＝打印之前，**签署**＝签名盖章时，**办结**＝结卷之前。
"""
_FORM_COLUMNS = ("代码", "名称", "英文名", "阶段", "谁填", "谁签", "份数", "依据")
_FIELD_COLUMNS = ("项目", "键", "填法", "何时填", "隐私")

_BACK_HEAD = """\
<!-- 由 tools/docs.py 生成（make docs），不要手改 -->
# 读回一览：填好的表，哪些栏目带不回来

`recordkit read` 读填好的 Word、PDF、Excel。下面列的是**带不回来**的栏目，没有列出的都读得回来。
带不回来的不会丢：已有的记录里原样留着；新的记录由程序编号，或由社工在记录里补。

各张表、各种格式都不带的：{everywhere}。编号、录入日期由程序写，扫描件用 `recordkit attach` 归入。

程序算出、带出的栏目（年龄、社区、次数合计等）不用填，改了也不采用，不在下面列出。
"""
_BACK_COLUMNS = ("代码", "表", "哪种格式都不带", "Word 另外不带", "PDF 另外不带", "Excel（一份）另外不带", "Excel（多份）另外不带")  # fmt: skip


def cli_page() -> Iterator[str]:
    """The command reference."""
    root = context(cli, "recordkit", None)
    yield _CLI_HEAD
    rows = ((f"[`recordkit {name}`](#recordkit-{name})", short) for name, (_, short) in COMMANDS.items())
    yield from table(("命令", "做什么"), rows)
    yield from ("", "## recordkit", "", fenced(cli.get_help(root)))
    yield from _inner(cli, root, 2)
    yield _EXIT_HEAD
    yield from table(("退出码", "意思"), ((str(int(code)), _EXITS[code]) for code in Exit))


def _inner(group: click.Group, own: click.Context, level: int) -> Iterator[str]:
    """Every command of a group, and theirs below them."""
    for name in group.list_commands(own):
        command = group.get_command(own, name)
        assert command
        inner = context(command, name, own)
        yield from ("", f"{'#' * level} {inner.command_path}", "", fenced(command.get_help(inner)))
        if isinstance(command, click.Group):
            yield from _inner(command, inner, level + 1)


def context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    """Where a command's help is made, of a fixed width."""
    return command.context_class(command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH)


def rules_page() -> Iterator[str]:
    """The rules, and every other code a finding may carry."""
    yield _RULES_HEAD
    fixed = {rule.code for rule in RULES if not rule.waivable}
    yield from table(
        ("代号", "规则", "轻重", "可写理由免除", "依据"),
        (
            (
                line.code,
                line.title,
                _SEVERITIES[line.severity],
                "不可以" if line.code in fixed else "可以",
                line.clause or "行业惯例",
            )
            for line in checks.rules()
        ),
    )
    yield _WAIVER
    for title, codes in (("填没填全、能不能打印", LACKING), ("读记录文件", READING)):
        yield from ("", f"## {title}", "")
        yield from table(("代号", "意思", "怎么办"), ((code, *said) for code, said in codes.items()))
    yield _TEMPLATE_HEAD
    yield from table(("代号", "意思"), TEMPLATE_CODES.items())


def forms_page() -> Iterator[str]:
    """The catalogue, and each form's fields."""
    forms = catalogue()
    yield _FORMS_HEAD.format(count=len(forms))
    for method in METHODS:
        if own := [form for form in forms if form.method == method]:
            yield from (f"## {METHOD_NAMES[method]}", "", *table(_FORM_COLUMNS, map(_row, own)))
    yield _FIELDS_HEAD
    for form in forms:
        yield from ("", f'<a id="{form.slug}"></a>', "", f"### {form.code} {form.title}", "", form.notes, "")
        yield from table(_FIELD_COLUMNS, _fields(form))


def _row(form: Form) -> Sequence[str]:
    return (
        form.code,
        f"[{form.title}](#{form.slug})",
        f"`{form.slug}`",
        form.stage,
        form.fills,
        form.signs,
        f"{form.copies}（{form.keep}）",
        "；".join(form.clauses),
    )


def _fields(form: Form) -> Iterator[Sequence[str]]:
    for name in form.names():
        spec = form.spec_at(name)
        if spec:
            yield _field(form, name, spec)
        if spec and isinstance(spec.kind, Table):
            yield from _columns(spec.kind)


def _field(form: Form, name: str, spec: Spec) -> Sequence[str]:
    privacy = "" if str(spec.privacy) == "-" else str(spec.privacy)
    if spec.stored:
        when = need(form, spec).removesuffix(f"（{Moment.FILL}）")
        given = spec.nature is Nature.ASSIGNED
        return spec.label, f"`{name}`", _how(spec), spec.nature.value if given else when, privacy
    return spec.label, "", spec.nature.value, "不用填", privacy


def _columns(kind: Table) -> Iterator[Sequence[str]]:
    for name, spec in kind.part.specs().items():
        if spec.stored:
            yield f"　└ {spec.label}", f"　`{name}`", _how(spec), "", ""


def _how(spec: Spec) -> str:
    options = [] if isinstance(spec.kind, YesNo) else spec.kind.options()
    return "：".join(part for part in (spec.kind.describe(), "；".join(options)) if part)


def back_page() -> Iterator[str]:
    """What a filled-in form does not bring back, by form and format."""
    left = [(form, _left_out(form)) for form in catalogue()]
    everywhere = list(_in_all([paths for _, faces in left for paths in faces]))
    yield _BACK_HEAD.format(everywhere="、".join(_said(left[0][0], everywhere)))
    yield from table(_BACK_COLUMNS, (_back_row(form, faces, everywhere) for form, faces in left))


def _left_out(form: Form) -> list[list[str]]:
    """The fields that Word, PDF, a workbook for one record and one for many leave out."""
    always = answers.uncarried(form)
    pdf = [*always, *pdf_form.uncarried(form)]
    return [always, pdf, xlsx.uncarried(form, "one"), xlsx.uncarried(form, "many")]


def _in_all(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    """What stands in each of the lists, as the first orders it."""
    return (path for path in lists[0] if all(path in others for others in lists))


def _back_row(form: Form, faces: Sequence[Sequence[str]], everywhere: Sequence[str]) -> Sequence[str]:
    always = list(_in_all(faces))
    told = [[path for path in always if path not in everywhere]]
    told += [[path for path in paths if path not in always] for paths in faces]
    return form.code, form.title, *("、".join(_said(form, paths)) for paths in told)


def _said(form: Form, paths: Iterable[str]) -> Iterator[str]:
    """The labels, those of a list's columns after the list's own."""
    for path in paths:
        outer, _, _ = path.rpartition(".")
        labels = [spec.label for each in (outer, path) if each and (spec := form.spec_at(each))]
        yield "的".join(labels)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield _line(heads)
    yield _line(["---"] * len(heads))
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def fenced(text: str) -> str:
    """A block of text as it stands."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"```text\n{lines}\n```"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "cli.md": cli_page,
    "rules.md": rules_page,
    "forms.md": forms_page,
    "读回一览.md": back_page,
}


def text_of(name: str) -> str:
    """A page as it is written: one blank line at a time, one line end at the end."""
    kept: list[str] = []
    for line in "\n".join(PAGES[name]()).split("\n"):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with --check say which differ from what is there."""
    checking = "--check" in arguments
    stale = []
    for name in PAGES:
        path, text = FOLDER / name, text_of(name)
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not checking:
            path.write_text(text, encoding="utf-8", newline="\n")
    said = "out of date" if checking else "written"
    print(f"{said}: {', '.join(stale)}" if stale else "docs/ is up to date")
    return 1 if stale and checking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
