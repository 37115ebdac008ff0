"""Invented forms and tables of other offices, as their secretaries draw them in Word and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

BLANK_DAY = "      年   月   日"


def _document(title: str) -> Any:
    """A page in 仿宋, as a purchaser's office writes."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = docx.Document()
    font = document.styles["Normal"].font
    font.name, font.size = "仿宋", Pt(12)
    document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(title)
    run.bold, run.font.size = True, Pt(18)
    return document


def _table(document: Any, rows: Sequence[Sequence[str]], height: float = 0.9) -> Any:
    """A ruled table; a text of None leaves the cell as it is."""
    from docx.shared import Cm

    table = document.add_table(len(rows), len(rows[0]))
    table.style = "Table Grid"
    for line, texts in zip(table.rows, rows, strict=True):
        line.height = Cm(height)
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text
    return table


def grid_form(path: Path) -> Path:
    """A plain grid, with a list below and signatures: everything has its own cell."""
    document = _document("泉城街道困难群众走访登记表")
    rows = [
        ["姓  名", "", "性别", "□男 □女 □未说明"],
        ["出生年月", BLANK_DAY, "民族", ""],
        ["身份证号", "", "联系电话", ""],
        ["家庭住址", "", "所在社区", "历下区"],
        ["文化程度", "", "宗教信仰", ""],
        ["婚姻状况", "□未婚 □已婚 □离异 □丧偶", "健康状况", ""],
        ["家庭月收入", "          元", "联系人", ""],
    ]
    _table(document, rows)
    document.add_paragraph("家庭成员情况")
    family = [["序号", "姓名", "与本人关系", "出生年", "职业", "政治面貌"]]
    _table(document, family + [[str(n) if n else "", *[""] * 5] for n in (1, 2, 3, 4)])
    signs = [["服务对象（签字）：\n\n" + BLANK_DAY, "社工签字：\n\n" + BLANK_DAY]]
    _table(document, signs, 2.5)
    document.save(str(path))
    return path


def merged_form(path: Path) -> Path:
    """Merged cells, labels that run downwards, room for long texts, an opinion above a signature."""
    document = _document("社会工作服务个案接案表")
    rows = [[""] * 6 for _ in range(8)]
    table = _table(document, rows, 1.0)

    def put(row: int, first: int, last: int, text: str, down: int | None = None) -> None:
        cell = table.cell(row, first).merge(table.cell(down or row, last))
        cell.text = text

    put(0, 0, 0, "基\n本\n情\n况", 2)
    put(0, 1, 1, "接案日期"), put(0, 2, 3, ""), put(0, 4, 4, "接案方式"), put(0, 5, 5, "")
    put(1, 1, 1, "服务对象"), put(1, 2, 5, "")
    put(2, 1, 1, "转介人"), put(2, 2, 3, ""), put(2, 4, 4, "服务对象\n编号"), put(2, 5, 5, "")
    put(3, 0, 0, "求助\n问题\n（服务对象原话）", 4), put(3, 1, 5, "", 4)
    put(5, 0, 0, "紧急程度"), put(5, 1, 5, "□一般　□较急　□紧急")
    put(6, 0, 0, "初步判断"), put(6, 1, 5, "\n\n")
    put(7, 0, 2, f"社会工作者签字：\n\n\n{BLANK_DAY}"), put(7, 3, 5, f"督导意见：\n\n督导签字：\n{BLANK_DAY}")
    document.save(str(path))
    return path


def inline_form(path: Path) -> Path:
    """No table: labels and rules on lines."""
    document = _document("个案跟进记录（街道版）")
    for line in (
        "姓名：__________  性别：□男 □女 □未说明  联系电话：______________",
        "身份证件号码（                    ）  民族（      ）",
        "现住址：____________________________________________",
        "填表日期：____年__月__日",
        "备注：本表一式两份。",
        f"服务对象签名：                社会工作者签名：            {BLANK_DAY}",
    ):
        document.add_paragraph(line)
    document.save(str(path))
    return path


def bad_form(path: Path) -> Path:
    """Nothing the form knows, an example typed in, and a label that stands there twice."""
    document = _document("物资领用单")
    _table(
        document,
        [["物品", "", "数量", ""], ["姓名", "张三（示例）", "姓名", ""], ["监护人情况", "", "库位", ""]],
    )
    document.save(str(path))
    return path


def roll(path: Path, rows: int = 0, below: str = "") -> Path:
    """A list as street offices send it: a title over all columns, heads, borders, a date column."""
    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, Side

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "花名册"
    sheet["A1"] = "泉城街道独居老人花名册"
    sheet.merge_cells("A1:I1")
    sheet["A1"].font, sheet["A1"].alignment = Font(name="黑体", size=16), Alignment(horizontal="center")
    heads = ["序号", "姓名", "性别", "出生年月", "年龄", "身份证号", "联系 电话", "家庭住址", "备注"]
    thin = Side(style="thin")
    for column, head in enumerate(heads, 1):
        cell = sheet.cell(3, column, head)
        cell.font, cell.border = Font(bold=True), Border(thin, thin, thin, thin)
        for row in range(4, 4 + rows):
            sheet.cell(row, column).border = Border(thin, thin, thin, thin)
            if head == "出生年月":
                sheet.cell(row, column).number_format = "yyyy/m/d"
            if head in ("身份证号", "联系 电话"):
                sheet.cell(row, column).number_format = "@"
    if below:
        sheet.cell(4 + rows, 1, below)
    book.create_sheet("填表说明")["A1"] = "姓名按身份证填写"
    book.save(str(path))
    return path


def word_roll(path: Path, rows: int = 1) -> Path:
    """A list in Word with few rows."""
    document = _document("困难老人摸底表")
    _table(
        document,
        [["序号", "姓名", "性别", "电话", "困难情况", "与本人关系"], *[[""] * 6 for _ in range(rows)]],
    )
    document.add_paragraph("填报单位（盖章）：")
    document.save(str(path))
    return path


def single_sheet(path: Path) -> Path:
    """A single form in Excel: labels beside cells, options printed, merged cells."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for place, text in {
        "A1": "服务对象信息卡", "A2": "姓名", "C2": "性别", "D2": "□男 □女", "A3": "出生年月", "C3": "年龄",
        "A4": "家庭住址", "A5": "婚姻状况", "B5": "□未婚 □已婚 □丧偶 □离异", "C5": "接案日期",
        "A6": "填表日期", "C6": "居住情况", "D6": "□独居 □与子女同住", "A7": "备注", "B7": "李主任核", "C7": "风险等级",
    }.items():  # fmt: skip
        sheet[place] = text
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("B4:D4")
    book.save(str(path))
    return path
