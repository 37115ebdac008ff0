"""Files that other people hand in: looked at before they are read, and each with a name of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from .. import forms
from ..errors import NotFound, Refused, UsageProblem
from ..forms import Form, identify
from ..forms.returned import Paper
from ..records import disk
from .workspace import Workspace

SUFFIXES = (".docx", ".xlsx", ".pdf")
# What people also hand in, and what has to be saved anew or filed otherwise.
_UNREAD = (
    ".doc",
    ".wps",
    ".xls",
    ".et",
    ".xlsm",
    ".docm",
    ".odt",
    ".ods",
    ".csv",
    ".jpg",
    ".jpeg",
    ".png",
    ".heic",
)
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"\x00\x00\x00\x18ftyp", b"\x00\x00\x00\x1cftyp")
REPORT = "读表报告"  # what such files are called is not read in again
_AT_ONCE = 25
T = TypeVar("T")
MAX_BYTES = 30 * 1024 * 1024
_ODD = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The files meant: files as they are, folders with the forms below them."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inner = [each for each in _below(path) if each.suffix.lower() in SUFFIXES]
            if not inner:
                raise NotFound(f"{path} 里没有填好的表（{'、'.join(SUFFIXES)}）")
            found += inner
        elif path.is_file():
            found.append(path)
        elif path.exists():
            raise Refused(f"{path} 不是普通文件（是设备或管道），没有读", "请先把内容存成文件")
        else:
            raise NotFound(f"找不到：{path}")
    return list(dict.fromkeys(found))


def passed_over(paths: Sequence[Path]) -> list[Path]:
    """What lies in the folders and may be a form too, in a format that is not read."""
    return [
        each for path in paths if path.is_dir() for each in _below(path) if each.suffix.lower() in _UNREAD
    ]


def _below(folder: Path) -> list[Path]:
    """The files of a folder; what office programs and we ourselves put there is left out."""
    return sorted(
        each
        for each in folder.rglob("*")
        if not each.name.startswith(("~$", ".", REPORT)) and not each.is_dir()
    )


def read_whole(path: Path) -> bytes:
    """The bytes of an ordinary file of bearable size.

    NotFound where there is none; Refused for a device or pipe, which might never
    end, for what is far too large, and for an empty file.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise Refused(f"{path} 不是普通文件（是设备或管道），没有读", "请先把内容存成文件")
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        size = path.stat().st_size >> 20
        raise Refused(
            f"{path.name} 有 {size} MB，不像一张表或名单，最多 {MAX_BYTES >> 20} MB",
            "只留要读的内容，另存后再来",
        )
    data = disk.read_bytes(path)
    if not data:
        raise Refused(f"{path.name} 是空文件（0 字节），多半没有传完", "请对方重新发一次")
    return data


def distinct(files: Sequence[Path]) -> dict[Path, str]:
    """A name for each file's record: its own, and where several have the same with
    the folder or the kind of file, so that none takes the place of another."""
    alike = Counter(_plain(path.stem).lower() for path in files)
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in files:
        stem = _plain(path.stem)
        several = alike[stem.lower()] > 1
        wider = f"{_plain(path.resolve().parent.name)}-{stem}-{path.suffix[1:].lower()}" if several else stem
        names[path] = next(
            name for n in count(1) if (name := wider if n == 1 else f"{wider}-{n}").lower() not in taken
        )
        taken.add(names[path].lower())
    return names


def _plain(name: str) -> str:
    """A file's name without line ends and bytes that are no text."""
    return _ODD.sub("_", name)


def papers(files: Sequence[Path]) -> Iterator[tuple[Path, Paper | Exception]]:
    """Each file opened by what it is, whatever it is called, or why it could not be.

    PDFs are opened in processes apart; several at a time, since each start takes longer
    than the reading.
    """
    for group in _groups(files):
        read = {path: _tried(read_whole, path) for path in group}
        pdfs = [path for path in group if _is_pdf(read[path])]
        found = dict(zip(pdfs, _opened_pdfs([read[path] for path in pdfs]), strict=True))
        for path in group:
            data = read.pop(path)
            if path in found:
                yield path, found.pop(path)
            else:
                yield path, data if isinstance(data, Exception) else _tried(_opened, path, data)


def _groups(files: Sequence[Path]) -> Iterator[list[Path]]:
    """So many files as may be held in memory at a time."""
    group: list[Path] = []
    held = 0
    for path in files:
        size = path.stat().st_size if path.is_file() else 0
        if group and (len(group) == _AT_ONCE or held + size > MAX_BYTES):
            yield group
            group, held = [], 0
        group.append(path)
        held += size
    if group:
        yield group


def _tried(action: Callable[..., T], *about: Any) -> T | Exception:
    try:
        return action(*about)
    except Exception as problem:
        return problem


def _is_pdf(data: object) -> bool:
    # Readers allow some bytes before the head.
    return isinstance(data, bytes) and b"%PDF-" in data[:1024] and not data.startswith(b"PK")


def _opened_pdfs(data: Sequence[Any]) -> Iterator[Paper | Exception]:
    if not data:
        return iter(())
    from ..formats import pdf_form

    return pdf_form.open_papers(data)


def _opened(path: Path, data: bytes) -> Paper:
    """A Word or Excel file; Refused for what is no form."""
    if data.startswith(_PICTURES):
        raise Refused(f"{path.name} 是图片，读不出文字", "签字的扫描件用 recordkit attach 归入")
    is_named_so = path.suffix.lower() in (".xlsx", ".xlsm", ".xls") and b"word/document" not in data
    if b"xl/workbook" in data or is_named_so:
        from ..formats import xlsx

        return xlsx.open_paper(data)
    from ..formats.docx import returned

    return returned.open_paper(data)


def form_of(paper: Paper, path: Path, said: Form | None, station: Workspace | None) -> Form:
    """The form it is: by its stamp, by what the caller has `said`, by title and labels.

    Refused for a newer version and for what holds no text, UsageProblem where a
    person has to say which form it is.
    """
    own = station.layouts if station else None
    if paper.form:
        form = forms.load(paper.form, own)
        if said and said.id != form.id:
            raise UsageProblem(f"{path.name} 是《{form.title}》，不是《{said.title}》", "去掉 --as 再读")
        if paper.form_version > form.version:
            raise Refused(
                f"{path.name} 是第 {paper.form_version} 版的《{form.title}》，本程序只认识第 {form.version} 版",
                "请升级 recordkit",
            )
        return form
    if not paper.title and not paper.words:
        raise Refused(
            f"{path.name} 里没有可以读的文字和填写栏，像是扫描件或打印件",
            "请交电脑上填的原文件；签字的扫描件用 recordkit attach 归入",
        )
    if said:
        return said
    likely = identify.likely(paper, [forms.load(form.id, own) for form in forms.catalogue()])
    if len(likely) == 1:
        return likely[0]
    among = f"可能是：{'、'.join(f'《{form.title}》' for form in likely[:4])}" if likely else "没有相像的表"
    raise UsageProblem(f"看不出 {path.name} 是哪张表；{among}", "加 --as 表单，如 --as 接案")


def about_version(paper: Paper, form: Form) -> list[str]:
    """What has to be told of how the form and its version were known."""
    if not paper.form:
        return [f"文件里没有表单标记，按标题和栏目认作《{form.title}》"]
    if not paper.form_version:
        return [f"文件里没有写明是第几版，已按现在的第 {form.version} 版读入"]
    if paper.form_version < form.version:
        return [f"这是第 {paper.form_version} 版的表（现在是第 {form.version} 版），已按旧版的栏目读入"]
    return []
