"""A workspace started, the demonstration, and what this machine lacks."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from importlib.resources import as_file, files
from pathlib import Path

from .. import fonts
from ..errors import Conflict, Exit, RecordkitError, UsageProblem
from ..records import disk
from ..records.station import STATION_CODE
from . import batch, naming, printing
from .printing import Order
from .workspace import INBOX, PROFILE, opened

_MARK = ".recordkit-demo"
_PROFILE = """\
# 社工站的基本情况：填一次，处处打印。引号里改成你们站的；# 开头的是说明。

[station]
name = "××区××街道社会工作服务站"
code = "{code}"                 # 站代码：字母加数字，是所有编号的开头，用了就不要再改
division = ""                   # 县级行政区划代码，如 370102
operator = ""                   # 运营机构（盖章用）
phone = ""
address = ""
complaint_channel = ""          # 投诉渠道，印在服务协议上
purchaser = ""                  # 购买方
authority = ""                  # 主管部门
communities = []                # 辖区社区，如 ["泉景社区", "柳岸社区"]
custodian = ""                  # 档案保管人编号，如 "S03"

# 本站人员，每人一段；记录里只写编号，不写姓名。
[[staff]]
number = "S01"
name = "（姓名）"
role = "社会工作者"
# from = 2026-01-01             # 到岗日期；离岗的另写 until = …

# 站外人员：督导、评估员等。
# [[outside]]
# number = "W01"
# name = "（姓名）"
# role = "督导"
"""


def init(root: Path, code: str = "SG01") -> Path:
    """Start a workspace and return its profile, to be filled in; Conflict when
    the folder is one already."""
    profile = root / PROFILE
    if not re.fullmatch(STATION_CODE, code):
        raise UsageProblem(f"站代码“{code}”不对", "大写字母加数字，如 LX01")
    if profile.exists():
        raise Conflict(f"{profile} 已经存在，这里已是社工站工作区", "直接打开它修改")
    disk.create(profile, _PROFILE.format(code=code).encode())
    for name in ("clients", "dossiers", "templates", INBOX):
        (root / name).mkdir(exist_ok=True)
    opened(root)
    return profile


@dataclass(slots=True)
class Demo:
    """Where the demonstration's files are, form by form."""

    root: Path
    filled: list[Path] = field(default_factory=list)
    blank: list[Path] = field(default_factory=list)


def demo(root: Path, progress: Callable[[int, int], None] | None = None) -> Demo:
    """The whole road on the invented station: every record printed, every form blank.

    The folder is made anew at each run; one that is not ours is left alone.
    """
    if root.exists() and any(root.iterdir()) and not (root / _MARK).is_file():
        raise Conflict(f"{root} 里已有别的东西，没有改动它", "换一个文件夹：recordkit demo 文件夹")
    station_folder, printed, blank = root / "样例社工站", root / "填好的表", root / "空白表"
    for folder in (station_folder, printed, blank):
        shutil.rmtree(folder, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    (root / _MARK).touch()
    with as_file(files("recordkit") / "samples") as samples:
        shutil.copytree(samples, station_folder, ignore=shutil.ignore_patterns("__pycache__"))
    station = opened(station_folder)
    made = Demo(root)
    sources = printing.records_in(list(station.folders()))
    results = []
    for result in batch.render(sources, Order(printed)):
        results.append(result)
        if progress:
            progress(len(results), len(sources))
    if failed := [result for result in results if result.failed]:
        raise RecordkitError(f"样例没有全部打印出来：{failed[0].source.name}：{failed[0].failed}")
    made.filled = [file for result in results for file in result.files]
    made.blank = printing.blanks(naming.all_forms(), blank, station=station)
    return made


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at: whether it is there, and how to mend it."""

    what: str
    well: bool
    remark: str = ""
    needed: bool = True


def doctor() -> list[Diagnosis]:
    """What this machine has and lacks."""
    return [*_python(), *_libraries(), _layouts(), *_faces(), _sets_pdf(), _office(), _console()]


def diagnosis_code(found: list[Diagnosis]) -> int:
    """The exit code: findings when something needed is missing."""
    return Exit.FINDINGS if any(d.needed and not d.well for d in found) else Exit.DONE


def _python() -> Iterator[Diagnosis]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Diagnosis(f"Python {version}", sys.version_info >= (3, 11), "需要 3.11 或更新")


def _libraries() -> Iterator[Diagnosis]:
    for requirement in metadata.requires("recordkit") or []:
        if "extra ==" in requirement:
            continue
        name = requirement.split(">")[0].split("<")[0].split("=")[0].split("[")[0].strip()
        try:
            yield Diagnosis(f"{name} {metadata.version(name)}", True)
        except metadata.PackageNotFoundError:
            yield Diagnosis(name, False, f"没有安装，请运行：pip install {name}")


def _layouts() -> Diagnosis:
    whole = (files("recordkit") / "templates").is_dir()
    # Git on Windows turns the links of a checkout into small text files.
    return Diagnosis("表单版式", whole, "版式文件不全，请安装打包好的 wheel，不要直接装源码文件夹")


def _faces() -> Iterator[Diagnosis]:
    count = len(list(fonts.FOLDER.glob("*.[ot]tf")))
    yield Diagnosis(
        f"随带字体 {count} 个", count >= 6, "字体不全，请重新安装：pip install --force-reinstall recordkit"
    )


def _sets_pdf() -> Diagnosis:
    from .. import forms
    from ..formats import pdf

    try:
        pdf.write(forms.blank(forms.catalogue()[0]))
    except Exception as problem:
        return Diagnosis(
            "排版 PDF", False, f"排不出来（{problem}），请运行：pip install --force-reinstall typst"
        )
    return Diagnosis("排版 PDF", True)


def _office() -> Diagnosis:
    found = any(shutil.which(name) for name in ("soffice", "libreoffice", "wps", "WINWORD"))
    return Diagnosis(
        "看 Word 文件的软件", found, "没有找到 WPS、Word 或 LibreOffice；打印 PDF 不需要它", needed=False
    )


def _console() -> Diagnosis:
    encoding = sys.stdout.encoding or ""
    well = encoding.lower().replace("-", "") in ("utf8", "gbk", "gb18030", "cp936")
    return Diagnosis(
        f"终端编码 {encoding}", well, "中文可能显示不全；Windows 下可运行 chcp 65001", needed=False
    )
