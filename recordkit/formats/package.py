"""Office files as zip packages: read with distrust, written the same every time.

Templates, returned forms and lists come from other people. `read_parts` therefore
refuses whatever a form never needs: bombs, encrypted or misnamed entries,
macros, embedded objects, links that an office program follows by itself, and
XML with a DTD. `write_parts` gives equal bytes for equal parts; `pack` keeps
the compressed bytes of a part, so that what never changes is deflated once.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, NamedTuple

from ..errors import Refused
from .opc import CONTENT_TYPES, MAIN_TYPE, BadXml, content_types, relationships

__all__ = ["EXCEL", "WORD", "Office", "Packed", "pack", "read_parts", "write_packed", "write_parts"]

MAX_UNPACKED = 30 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 300
RATIO_FLOOR = 1024 * 1024  # below this size a high ratio is harmless
LEVEL = 6
QUICK = 3  # for what is made anew with every document: half the time for a few bytes in a hundred

_REMOVE = "请删去它，再重新保存。"
_OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ODD_NAME = re.compile(r"(^|/)\.{1,2}(/|$)|^/|\\|^[A-Za-z]:|//|[\x00-\x1f]|^$")
_XML_NAME = re.compile(r"\.(xml|rels)$", re.I)
_ENCODING = re.compile(rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)")
_LINK_SCHEMES = ("http://", "https://", "mailto:", "#")


class Office(NamedTuple):
    """What a package has to be, and how that is called."""

    name: str
    older: str
    save_as: str
    main: str
    template: str


WORD = Office(
    "DOCX",
    "旧版 Word 文档（.doc）",
    "Word 文档（.docx）",
    MAIN_TYPE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
EXCEL = Office(
    "XLSX",
    "旧版 Excel 表格（.xls）",
    "Excel 工作簿（.xlsx）",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
)

# relationship kinds a form never needs, by the last word of their type
_FORBIDDEN_KINDS = {
    "oleObject": "嵌入的 OLE 对象",
    "package": "嵌入的其他文件",
    "control": "ActiveX 控件",
    "activeXControlBinary": "ActiveX 控件",
    "vbaProject": "宏",
    "wordVbaData": "宏",
    "aFChunk": "夹带的外来文档（altChunk）",
    "subDocument": "子文档",
    "frame": "框架网页",
    "externalLink": "对其他工作簿的引用",
    "connections": "数据连接",
    "dialogsheet": "宏对话框",
    "xlMacrosheet": "宏表",
}
_EXTERNAL_KINDS = {
    "attachedTemplate": "外部模板（附加模板）",
    "image": "外部图片",
    "hyperlink": "指向本机或共享文件夹的链接",
}


def read_parts(data: bytes, office: Office = WORD) -> dict[str, bytes]:
    """The parts of a document by name, or `Refused` with the reason in Chinese."""
    with _opened(data, office) as archive:
        entries = _entries(archive, office)
        parts = _contents(archive, entries, office)
    for name in (name for name in parts if _XML_NAME.search(name)):
        _refuse_unsafe_xml(name, parts[name])
    try:
        _refuse_foreign(parts, office)
        for name in (name for name in parts if name.lower().endswith(".rels")):
            _refuse_relations(name, parts[name])
    except BadXml as error:
        raise _damaged(office, str(error)) from error
    return parts


# --- the container ---------------------------------------------------------------


def _opened(data: bytes, office: Office) -> zipfile.ZipFile:
    """The zip archive behind the bytes, or a word on what it is instead."""
    save = f"请在 Office 或 WPS 里另存为“{office.save_as}”。"
    if data.startswith(_OLE_FILE):
        raise Refused(f"这是加密的文件，或{office.older}，不是 {office.name}。", f"先去掉打开密码；{save}")
    if not data.startswith(b"PK\x03\x04"):
        raise Refused(f"这不是 {office.name} 文件（不是压缩包）。", save)
    if len(data) > MAX_UNPACKED:
        raise Refused(f"文件太大：{len(data) // 1048576} MB，最多 {MAX_UNPACKED // 1048576} MB。")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _UNREADABLE as error:
        raise _damaged(office) from error


def _damaged(office: Office, name: str = "") -> Refused:
    place = f"（{name}）" if name else ""
    hint = "请用 Office 或 WPS 打开后重新保存，或换一份没有损坏的文件。"
    return Refused(f"{office.name} 文件已损坏，打不开{place}。", hint)


def _entries(archive: zipfile.ZipFile, office: Office) -> list[zipfile.ZipInfo]:
    """The directory of the archive, checked before anything is unpacked."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refused(f"压缩包里有 {len(entries)} 个条目，最多 {MAX_ENTRIES} 个。")
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, office)
        key = entry.filename.lower()
        if key in seen:
            raise Refused(f"压缩包里有两个同名的条目：{entry.filename!r}。")
        seen.add(key)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _too_big()
    return [entry for entry in entries if not entry.is_dir()]


def _check_entry(entry: zipfile.ZipInfo, office: Office) -> None:
    name = entry.orig_filename
    if _ODD_NAME.search(name):
        raise Refused(f"压缩包里有不安全的路径：{name[:80]!r}。")
    if entry.flag_bits & 0x1:
        raise Refused(f"这个 {office.name} 加了密码，读不了。", "请去掉密码后另存。")
    if entry.compress_type not in _METHODS:
        raise Refused(f"压缩包里用了不认识的压缩方法：{name[:80]!r}。")
    if entry.file_size > RATIO_FLOOR and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise Refused(f"疑似压缩炸弹：{name[:80]!r} 解开后是原来的 {MAX_RATIO} 倍以上。")


def _too_big() -> Refused:
    return Refused(f"解开后超过 {MAX_UNPACKED // 1048576} MB，疑似压缩炸弹。")


def _contents(
    archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo], office: Office
) -> dict[str, bytes]:
    """Unpack, counting real bytes: what a directory declares may be a lie."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    for entry in entries:
        try:
            with archive.open(entry) as stream:
                parts[entry.filename] = _read_up_to(stream, left)
        except _UNREADABLE as error:
            raise _damaged(office, entry.filename) from error
        left -= len(parts[entry.filename])
    return parts


def _read_up_to(stream: IO[bytes], limit: int) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_big()
    return data


# --- what stands inside ----------------------------------------------------------


def _refuse_foreign(parts: Mapping[str, bytes], office: Office) -> None:
    """No macros, no embedded files, and it has to be a document of its kind."""
    if CONTENT_TYPES not in parts:
        raise Refused(f"这不是 {office.name} 文件（缺少 [Content_Types].xml）。")
    types = content_types(parts[CONTENT_TYPES])
    declared = {kind.lower() for kind in (*types.defaults.values(), *types.overrides.values())}
    low = {name.lower() for name in parts}
    if any("macroenabled" in kind or "vba" in kind for kind in declared) or any("vba" in n for n in low):
        raise Refused("文件里有宏，为了安全不打开。", f"请另存为不带宏的“{office.save_as}”。")
    if any("/embeddings/" in name or "/activex/" in name for name in low):
        raise Refused("文件里嵌入了其他文件或控件（OLE、ActiveX），为了安全不打开。", _REMOVE)
    if office.template in declared:
        raise Refused("这是模板文件（.dotx、.xltx）。", f"请另存为“{office.save_as}”再用。")
    if office.main not in types.overrides.values():
        raise Refused(f"这不是 {office.name} 文件（可能是别的文件改了名）。")
    for name in parts:
        if types.of(name).endswith("xml") and not _XML_NAME.search(name):
            _refuse_unsafe_xml(name, parts[name])


def _refuse_unsafe_xml(name: str, data: bytes) -> None:
    """UTF-8 only, no DTD, so that no entity and no outside file can come in."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(text[:200])
    if b"\x00" in text[:200] or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise Refused(f"{name} 不是 UTF-8 编码，为了安全不打开。", "请用 Office 或 WPS 打开后重新保存。")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused(f"{name} 里有 DTD 或实体定义，正常的文件没有这些，为了安全不打开。")


def _refuse_relations(name: str, data: bytes) -> None:
    """No relationship that makes an office program fetch or run something."""
    for relation in relationships(data):
        kind = relation.kind
        if kind in _FORBIDDEN_KINDS:
            raise Refused(f"文件里有{_FORBIDDEN_KINDS[kind]}，为了安全不打开（{name}）。", _REMOVE)
        if relation.external:
            _check_external(name, kind, relation.target)


def _check_external(name: str, kind: str, target: str) -> None:
    """Only ordinary hyperlinks may point outside."""
    if kind == "hyperlink" and target.strip().lower().startswith(_LINK_SCHEMES):
        return
    what = _EXTERNAL_KINDS.get(kind, "外部内容")
    hint = "请删去这个链接，或把内容直接放进文件里。"
    if kind == "attachedTemplate":
        hint = "请在 Word“开发工具→文档模板”里把文档模板改回 Normal，再保存。"
    raise Refused(f"文件引用了{what}：{target[:80]}（{name}），为了安全不打开。", hint)


# --- writing ---------------------------------------------------------------------

_DATE = 0x0021  # 1980-01-01, the first day a zip can name
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_OFFSET = struct.Struct("<L")
_END = struct.Struct("<4s4H2LH")
_UTF8_NAME = 0x0800


@dataclass(frozen=True, slots=True)
class Packed:
    """A part as it stands in the zip, compressed once and written many times: its header and bytes,
    and its line in the directory, but for the four bytes in it that say where the part begins."""

    name: str
    file: bytes
    entry: bytes

    def entry_at(self, offset: int) -> bytes:
        """Its line in the directory."""
        end = _CENTRAL.size - _OFFSET.size
        return b"".join((self.entry[:end], _OFFSET.pack(offset), self.entry[end:]))


def pack(name: str, data: bytes, level: int = LEVEL) -> Packed:
    """Deflate one part."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    raw = deflate.compress(data) + deflate.flush()
    encoded = name.encode()
    flags = 0 if name.isascii() else _UTF8_NAME
    common = (20, flags, 8, 0, _DATE, zlib.crc32(data), len(raw), len(data), len(encoded))
    header = _LOCAL.pack(b"PK\x03\x04", *common, 0)
    entry = _CENTRAL.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, 0, 0)
    return Packed(name, b"".join((header, encoded, raw)), entry[: -_OFFSET.size] + encoded)


def write_parts(parts: Mapping[str, bytes]) -> bytes:
    """A package with these parts: equal parts give equal bytes."""
    return write_packed(pack(name, data) for name, data in parts.items())


def write_packed(parts: Iterable[Packed]) -> bytes:
    """The zip itself: content types first, the rest by name, fixed dates."""
    ordered = sorted(parts, key=lambda part: (part.name != CONTENT_TYPES, part.name))
    directory: list[bytes] = []
    offset = 0
    for part in ordered:
        directory.append(part.entry_at(offset))
        offset += len(part.file)
    tail = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(ordered), len(ordered), len(tail), offset, 0)
    return b"".join((*(part.file for part in ordered), tail, end))
