"""DOCX as a package: hostile files, deterministic writing, structure."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from docx_kit import R_URI, cell, docx, p, parts, rels, row, table, zipped

from recordkit.errors import Refused
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts, write_parts


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_parts(data)
    return caught.value.message


def with_part(name: str, data: bytes) -> bytes:
    return zipped(parts(p("甲"), {name: data}))


def with_relation(kind: str, target: str, external: bool = True) -> bytes:
    mode = ' TargetMode="External"' if external else ""
    relation = rels(f'<Relationship Id="rId9" Type="{R_URI}/{kind}" Target="{target}"{mode}/>')
    return with_part("word/_rels/document.xml.rels", relation)


# --- reading and writing ---------------------------------------------------------


def test_what_was_written_is_read_back() -> None:
    content = parts(p("甲"), header=p("乙"))
    assert read_parts(write_parts(content)) == content


def test_equal_parts_give_equal_bytes_in_any_order() -> None:
    content = parts(p("甲"), header=p("乙"))
    turned = dict(reversed(content.items()))
    assert write_parts(content) == write_parts(turned)


def test_content_types_come_first_and_dates_are_fixed() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(p("甲")))) as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
    assert entries[0].filename == "[Content_Types].xml"
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr for entry in entries} == {0}


def test_chinese_part_names_survive() -> None:
    content = parts(p("甲"), {"customXml/数据.xml": b"<a/>"})
    assert read_parts(write_parts(content)) == content


# --- hostile files ---------------------------------------------------------------


def test_other_files_are_named() -> None:
    assert "不是 DOCX" in refused(b"hello")
    assert "不是 DOCX" in refused(b"")
    assert "旧版" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "不是 DOCX" in refused(zipped({"a.txt": b"a"}))
    assert "损坏" in refused(b"PK\x03\x04" + bytes(100))
    assert "损坏" in refused(docx(p("甲"))[:-30])


def test_flipped_bytes_are_damage() -> None:
    data = bytearray(docx(p("甲" * 500)))
    start = data.index(b"word/document.xml") + 40
    data[start : start + 20] = bytes(20)
    assert "损坏" in refused(bytes(data))


def test_a_spreadsheet_is_not_a_document() -> None:
    content = parts(p("甲"))
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(b"document.main", b"sheet.main")
    assert "不是 DOCX 文件" in refused(write_parts(content))


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    assert "炸弹" in refused(with_part("word/media/a.bin", bytes(20_000_000)))
    assert "炸弹" in refused(zipped({f"{n}.bin": bytes(900_000) for n in range(40)}))
    assert "条目" in refused(zipped({f"{n}.xml": b"" for n in range(2_100)}))


def test_a_size_that_lies_does_not_help() -> None:
    data = bytearray(with_part("word/big.bin", bytes(900_000)))
    where = data.rindex(b"word/big.bin") - 46  # its entry in the directory
    struct.pack_into("<L", data, where + 24, 10)
    assert refused(bytes(data))


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.xml",
        "/etc/passwd",
        "word\\document.xml",
        "C:evil.xml",
        "word/../../a",
        "a//b",
        "word/./a.xml",
    ],
)
def test_odd_names_are_refused(name: str) -> None:
    entries = [
        *parts(p("甲")).items(),
        ("placeholder" + "x" * (len(name) - 11) if len(name) > 11 else "x" * len(name), b"1"),
    ]
    data = zipped(entries).replace(entries[-1][0].encode(), name.encode())
    assert "不安全的路径" in refused(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicates_are_refused_whatever_their_case() -> None:
    entries = list(parts(p("甲")).items())
    assert "同名" in refused(zipped([*entries, entries[0]]))
    assert "同名" in refused(zipped([*entries, ("WORD/Document.XML", b"<a/>")]))


def test_encrypted_entries_are_refused() -> None:
    data = bytearray(docx(p("甲")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in refused(bytes(data))


def test_strange_compression_is_refused() -> None:
    assert "压缩方法" in refused(zipped(parts(p("甲")), zipfile.ZIP_LZMA))


def test_macros_objects_and_controls_are_refused() -> None:
    assert "宏" in refused(with_part("word/vbaProject.bin", b"1"))
    assert "OLE" in refused(with_part("word/embeddings/oleObject1.bin", b"1"))
    assert "OLE" in refused(with_part("word/activeX/activeX1.xml", b"<a/>"))
    content = parts(p("甲"))
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macro&#69;nabled.main+xml",
    )
    assert "宏" in refused(write_parts(content))


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "file:///C:/a.dotm"),
        ("image", "http://example.org/a.png"),
        ("oleObject", "http://example.org/a"),
        ("ole&#79;bject", "http://example.org/a"),
        ("frame", "http://example.org/a"),
        ("subDocument", "a.docx"),
        ("aFChunk", "a.html"),
        ("hyperlink", "file://server/share/a.exe"),
        ("hyperlink", "javascript:alert(1)"),
    ],
)
def test_dangerous_links_are_refused(kind: str, target: str) -> None:
    assert "为了安全不打开" in refused(with_relation(kind, target))


def test_ordinary_links_are_allowed() -> None:
    assert read_parts(with_relation("hyperlink", "https://example.org/"))


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
    ],
)
def test_dtd_and_strange_encodings_are_refused(xml: bytes) -> None:
    for name in ("word/a.xml", "word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"):
        assert "为了安全不打开" in refused(zipped(parts(p("甲")) | {name: xml}))


# --- structure -------------------------------------------------------------------


def problems(body: str, **marginal: str) -> str:
    return "\n".join(structure_problems(parts(body, **marginal)))


def test_a_sound_document_has_no_problems() -> None:
    assert not structure_problems(
        parts(table(row("a", "b"), row(cell("c", '<w:gridSpan w:val="2"/>')), columns=2))
    )


def test_package_problems() -> None:
    content = parts(p("甲"), {"word/media/a.png": b"1"}, header=p("乙"))
    del content["word/header.xml"]
    text = "\n".join(structure_problems(content))
    assert "word/media/a.png 没有声明内容类型" in text
    assert "/word/header.xml" in text
    assert "指向不存在的 header.xml" in text
    assert "用到的关系 'rId7' 没有定义" in problems('<w:p><w:hyperlink r:id="rId7"/></w:p>')


def test_xml_has_to_be_well_formed_and_without_entities() -> None:
    content = parts(p("甲"))
    for bad in (b"<a>", b"<a>&b;</a>", b"<!DOCTYPE a []><a/>", b"", b"<a>\x0c</a>"):
        assert "不是正确的 XML" in "\n".join(structure_problems(content | {"word/document.xml": bad}))


def test_ids_and_names_are_unique_over_all_parts() -> None:
    mark = '<w:p><w:bookmarkStart w:id="1" w:name="{}"/><w:bookmarkEnd w:id="1"/></w:p>'
    assert not problems(mark.format("a"))
    assert "书签编号重复：1" in problems(mark.format("a"), header=mark.format("b"))
    assert "书签名称重复：a" in problems(mark.format("a"), header=mark.format("A").replace('"1"', '"2"'))
    control = '<w:sdt><w:sdtPr><w:id w:val="5"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'
    assert "内容控件编号重复：5" in problems(control * 2)
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline><wp:docPr id="3" name="a"/></wp:inline></w:drawing></w:r></w:p>'
    )
    assert "图形编号重复：3" in problems(drawing * 2)


def test_bookmarks_are_paired() -> None:
    assert "没有成对：1" in problems('<w:p><w:bookmarkStart w:id="1" w:name="a"/></w:p>')
    assert "没有成对：2" in problems('<w:p><w:bookmarkEnd w:id="2"/></w:p>')


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        ("<w:p><w:pPr><w:jc/><w:keepNext/></w:pPr></w:p>", "pPr"),
        ("<w:p><w:r><w:rPr><w:sz/><w:b/></w:rPr></w:r></w:p>", "rPr"),
        ("<w:p><w:pPr><w:rPr><w:sz/><w:b/></w:rPr></w:pPr></w:p>", "rPr"),
        (table(row(cell("a", '<w:vAlign/><w:tcW w:w="1"/>'))), "tcPr"),
        (table(row("a", properties="<w:ins/><w:cantSplit/>")), "trPr"),
        (table(row("a")).replace("<w:tblPr/>", "<w:tblPr><w:tblLook/><w:tblW/></w:tblPr>"), "tblPr"),
        ("<w:p/><w:sectPr><w:pgMar/><w:pgSz/></w:sectPr>", "sectPr"),
        ('<w:p/><w:sectPr w:rsidR="1"><w:pgMar/><w:pgSz/></w:sectPr>', "sectPr"),
        (
            "<w:p><w:r><w:rPr><w:b/><w:rPrChange><w:rPr><w:sz/><w:b/></w:rPr></w:rPrChange></w:rPr></w:r></w:p>",
            "rPr",
        ),
    ],
)
def test_order_of_properties(xml: str, kind: str) -> None:
    assert f"w:{kind} 里" in problems(xml)


def test_properties_in_order_and_foreign_ones_pass() -> None:
    assert not problems("<w:p><w:r><w:rPr><w:b/><w:sz/><w14:glow/></w:rPr></w:r></w:p>")
    assert not problems(table(row("a", properties="<w:tblHeader/><w:cantSplit/>")))


def test_cells_end_in_a_paragraph() -> None:
    bad = cell(table(row("a")))
    assert "第 1 个表格第 2 行第 2 格不是以段落结尾" in problems(
        table(row("a", "b"), row("c", bad), columns=2)
    )
    control = "<w:sdt><w:sdtContent><w:p/></w:sdtContent></w:sdt>"
    assert not problems(table(row(cell(control))))
    assert "不是以段落结尾" in problems(table(row("<w:tc></w:tc>")))
    assert "没有单元格" in problems(table(row()))


def test_rows_fit_the_grid() -> None:
    assert "第 2 行合计 1 列，表格的列定义是 2 列" in problems(table(row("a", "b"), row("c"), columns=2))
    assert not problems(table(row("a", properties='<w:gridBefore w:val="1"/>'), row("a", "b"), columns=2))
    inside = f"<w:sdt><w:sdtContent>{cell('b')}</w:sdtContent></w:sdt>"
    assert not problems(table(f"<w:tr>{cell('a')}{inside}</w:tr>", columns=2))


def test_vertical_merges_have_a_beginning() -> None:
    start, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    good = table(row(cell("a", start), "b"), row(cell("", go_on), "c"), columns=2)
    assert not problems(good)
    assert "纵向合并" in problems(table(row("a", "b"), row(cell("", go_on), "c"), columns=2))


def test_strange_prefixes_are_named() -> None:
    content = parts(p("甲"))
    content["word/document.xml"] = (
        content["word/document.xml"].replace(b"<w:", b"<x:").replace(b"</w:", b"</x:")
    )
    content["word/document.xml"] = content["word/document.xml"].replace(b"xmlns:w=", b"xmlns:x=")
    assert "命名空间" in "\n".join(structure_problems(content))


def test_only_changed_parts_are_read() -> None:
    content = parts(p("甲"), header=p("乙")) | {"word/header.xml": b"<broken"}
    assert not structure_problems(content, changed=["word/document.xml"])
