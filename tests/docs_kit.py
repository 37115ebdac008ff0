"""What the guides leave to people: forms filled in, lists and forms of other offices.

Each function does in a folder what somebody does there before the command that
`HANDS` names, with programs that know nothing of recordkit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from peers import fillers

INTAKE = "GA02 个案接案登记表"
SAID = {
    "filled_on": "2026-11-18",
    "filled_by": "孙晓梅",
    "client_brief": "韩琇云",
    "intake_date": "2026.11.18",
    "intake_mode": ["入户"],
    "source": ["主动求助"],
    "presenting_problem": "“夜里睡不着，白天一个人在家。”",
    "urgency": ["一般"],
    "first_impression": "事实：每晚睡4小时左右。判断：先了解服药情况。",
}
# What a form says when it was filled in a hurry.
HURRIED = SAID | {
    "filled_on": "26/11/18",
    "client_brief": "",
    "intake_date": "上周三",
    "urgency": ["一般", "紧急"],
}


SESSION = {
    "filled_on": "2026-11-20",
    "filled_by": "孙晓梅",
    "session_date": "2026年11月20日",
    "time_range": "14:00-14:50",
    "place": "家中",
    "narrative": "陪她在楼道走了两个来回。她说：“扶着墙能走。”",
}


def session(folder: Path) -> None:
    """A session written up in Word."""
    blank = folder / "打印" / "GA06 个案服务过程（面谈）记录表（可填写）.docx"
    (folder / "面谈.docx").write_bytes(fillers.fill_as_word(blank.read_bytes(), SESSION))


def returned_forms(folder: Path) -> None:
    """What trainees hand in: Word, PDF and Excel, in a folder of each group."""
    first, second = folder / "收回" / "1组", folder / "收回" / "2组"
    for group in (first, second):
        group.mkdir(parents=True)
    blank = (folder / "打印" / f"{INTAKE}（可填写）.docx").read_bytes()
    (first / "1组-03 接案.docx").write_bytes(fillers.fill_as_word(blank, SAID))
    (first / "1组-05 接案.docx").write_bytes(fillers.fill_as_word(blank, HURRIED))
    _pdf(folder / "打印" / f"{INTAKE}（可填写）.pdf", second / "2组-01 接案.pdf")
    _many(folder / "打印" / f"{INTAKE}（多份）.xlsx", second / "2组-02 接案.xlsx")


def _pdf(blank: Path, target: Path) -> None:
    """As a viewer fills it in: texts, and boxes ticked."""
    import pikepdf
    from pikepdf.form import Form

    day = {"年": "2026", "月": "11", "日": "18"}
    values = {f"{name}/{part}": said for name in ("filled_on", "intake_date") for part, said in day.items()}
    values |= {"filled_by": "陈志远", "presenting_problem": "“想去医院看看，一个人不敢去。”"}
    with pikepdf.open(blank) as pdf:
        fields: Any = Form(pdf)
        for name, said in values.items():
            fields[name].value = said
        for name in ("intake_mode/1", "urgency/1"):
            fields[name].checked = True
        pdf.save(target)


def _many(blank: Path, target: Path) -> None:
    """Two people in one workbook, a line each."""
    rows = [
        {"填表日期": "2026-11-18", "接案日期": "2026-11-17", "接案方式": "电话", "求助问题(服务对象原话)": "“低保怎么申请？”"},
        {"填表日期": "2026-11-18", "接案日期": "2026-11-18", "接案方式": "外展", "求助问题(服务对象原话)": "“孩子不肯上学。”"},
    ]  # fmt: skip
    _typed(blank, target, rows)


def _typed(blank: Path, target: Path, rows: Sequence[Mapping[str, str]]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(blank)
    sheet: Any = book[book.sheetnames[1]]
    columns = {str(cell.value).lstrip("*"): cell.column for cell in sheet[4] if cell.value}
    for number, row in enumerate(rows, 5):
        for head, said in row.items():
            sheet.cell(number, columns[head], said)
    book.save(target)


def roster(folder: Path) -> None:
    """A station's own list of people, with one who is on file already."""
    heads = ["序号", "姓名", "性别", "出生日期", "联系电话", "家庭住址", "低保金额"]
    people = [
        ["1", "郑桂枝", "女", "1951-04-06", "13800000001", "泉景社区1号楼2单元301", "860元"],
        ["2", "田守义", "男", "1947.9.12", "13800000002", "泉景社区3号楼1单元102", ""],
        ["3", "韩琇云", "女", "1948-09-17", "13800001726", "泉景社区7号楼3单元502", ""],
    ]
    _book(folder / "花名册.xlsx", [heads, *people])


def summary(folder: Path) -> None:
    """A table that the street office wants to be filled."""
    heads = ["序号", "姓名", "性别", "出生年月", "联系电话", "服务频次"]
    _book(folder / "街道汇总表.xlsx", [["在册服务对象汇总表"], heads, *[[n] for n in range(1, 6)]])


def _book(path: Path, rows: Sequence[Sequence[object]]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)


def street_form(folder: Path) -> None:
    """The street office's own intake form in Word."""
    import docx

    document = docx.Document()
    document.add_heading("泉城街道社会工作服务接案表", 1)
    rows = [
        ("服务对象", "", "接案日期", "    年  月  日"),
        ("接案方式", "", "紧急程度", "□一般 □较急 □紧急"),
        ("求助问题", "", "经办科室", ""),
        ("初步判断", "", "接案结论", ""),
    ]
    table = document.add_table(len(rows), 4)
    table.style = "Table Grid"
    for line, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text
    document.save(str(folder / "街道接案表.docx"))


def corrected(folder: Path) -> None:
    """A printed record put right in Word, by one word."""
    [path] = (folder / "打印").glob("LX01-GA-2026-0007-10-2 *.docx")
    path.write_bytes(fillers.fill_as_word(path.read_bytes(), {"respondent": "其女婿"}))


HANDS: dict[str, Callable[[Path], None]] = {
    "recordkit read 收回": returned_forms,
    "recordkit import": roster,
    "recordkit fill": summary,
    "recordkit template adopt": street_form,
    "recordkit read 面谈.docx": session,
    'recordkit read "打印': corrected,
}
