"""The filling guide of a form (填写说明), as blocks: what the form is for, how each
field is filled in, and what a reviewer looks for.

Everything in it comes from the model, the layout and the rules; only what the
kinds of field ask of a pen or a mouse is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..errors import Severity
from ..forms import Arranged, Form
from ..forms.arrange import numeral
from ..forms.blocks import PAGE_WIDTH, Block, Cell, Column, Grid, Note, Page, Table
from ..records import kinds
from ..records.fields import Moment, Nature, Privacy, Spec
from ..records.kinds import Kind
from ..records.retention import notice
from ..records.station import Profile
from .reviewing import Looked, fields, fields_in, rules_of

Head = tuple[str, float] | tuple[str, float, bool]
SEVERITIES = {Severity.ERROR: "必须改", Severity.WARNING: "请核对", Severity.INFO: "说明"}
_LABEL_WIDTH = 24.0
# A kind whose columns every face draws in the middle.
_SHORT = Spec("", kinds.YesNo())
# Heads with their widths; what is marked short stands in the middle.
_FIELD_COLUMNS = (
    ("栏目", 25, True),
    ("怎么填", 51),
    ("何时必填", 20, True),
    ("由谁填", 16, True),
    ("审核时看什么", 48),
)
_KIND_COLUMNS = (("种类", 16, True), ("在纸上", 64), ("在电脑上（Word、WPS、PDF、Excel）", 80))
_RULE_COLUMNS = (("代号", 11, True), ("看什么", 54), ("查哪几栏", 50), ("轻重", 11, True), ("依据", 34, True))
_MOMENTS = {Moment.FILL: "必填", Moment.SIGN: "签署时要有", Moment.CLOSE: "办结前要补"}
_SAID = {
    Moment.FILL: "交表、打印以前要填好",
    Moment.SIGN: "签名盖章时要有",
    Moment.CLOSE: "事情办完、结卷以前要补齐",
}


class Hand(NamedTuple):
    """How a kind of field is filled in, with a pen and on a computer."""

    name: str
    paper: str
    screen: str


_ON_PAPER_ONLY = "不在电脑上填；打印出来用笔"
_NO = Hand("编号", "照抄编号，不写姓名；不知道的空着，由社工站补", "同左；人员编号如 S01")
# The first class that fits; what is not named here is a line of text.
_HANDS: dict[type[Kind], Hand] = {
    kinds.YesNo: Hand("是/否", "在是或否前面的□里打√；没问过就空着", "点方框，或从下拉列表里选；没问过就空着"),
    kinds.Choice: Hand("选一项", "只在一个□里打√；选“其他”的，在横线上写明是什么", "点方框，或从下拉列表里选；选“其他”的，接着写明是什么"),
    kinds.Multi: Hand("可选多项", "符合的逐个打√；“无”“不适用”不与别的同选", "逐个点方框；只有一格的写选项的字，用“、”隔开"),
    kinds.Day: Hand("日期", "年、月、日都写，年写四位", "2026-03-05、2026.3.5、2026年3月5日都认；要写年"),
    kinds.DayTime: Hand("日期和时间", "年月日写全，时间按24小时", "如 2026-03-09 9:30"),
    kinds.Days: Hand("起止日期", "两个日期都写年月日", "如 2026-03-10至2026-07-10"),
    kinds.Times: Hand("起止时间", "按24小时写，如 14时00分至15时10分", "如 14:00至15:10"),
    kinds.Long: Hand("长文字", "写清楚谁、何时、何地、说了什么；写不下另附纸，注明栏目名", "格子会随文字变高，可以分段"),
    kinds.Rating: Hand("评分", "写一个整数", "写一个整数"),
    kinds.Number: Hand("数字", "写阿拉伯数字，单位已经印好", "只写数字，如 1.5"),
    kinds.Money: Hand("金额", "写阿拉伯数字，单位是元；有“大写”的两处都写", "1200、1,200.50、1,200元、3.5万都认"),
    kinds.IdNo: Hand("证件号码", "照证件逐位写，一格一位；没有必要的不填", "照证件写，不加空格"),
    kinds.Phone: Hand("电话", "手机写11位，座机带区号", "同左"),
    kinds.RowNo: Hand("本行编号", "按顺序写，如 P1、G1", "空着则按顺序编"),
    kinds.Ref: _NO,
    kinds.Refs: _NO,
    kinds.Picks: Hand("名单里选", "写编号，几个人用“、”隔开", "同左，如 S01、S02"),
    kinds.Sign: Hand("签名", "本人用笔签，并写日期；不会写字的按手印，有见证人", _ON_PAPER_ONLY + "签，不打姓名、不贴图片"),
    kinds.Seal: Hand("盖章", "盖在印好的位置，写日期", _ON_PAPER_ONLY + "填日期、盖章"),
    kinds.Picture: Hand("图", "画在框里，或另附一张并写明表单名称", "另附图片文件，由社工站归入"),
    kinds.Files: Hand("附件", "附在表后，写明有几张", "另附文件，由社工站归入"),
    kinds.Table: Hand("表格", "一行写一个；行数不够另附同样的表", "一行写一个；不够的增加行，不用的行空着"),
}  # fmt: skip
_TEXT = Hand("文字", "写一行", "写一行，不回车")


def guide(form: Form, station: Profile | None = None) -> Arranged:
    """The form's filling guide, ready to be drawn; with the station's name, if one is given."""
    page = Page(
        title=f"{form.title}填写说明",
        code=form.code,
        station=station.station.name if station else "",
        number=f"第{form.version}版表单",
        landscape=True,
    )
    looked = rules_of(form)
    chapters: list[Block] = [_about(form), *_kinds_used(form), Note(_KEY), *_sections(form, looked)]
    if looked:
        chapters.append(_review(form, looked))
    return Arranged(page, (*chapters, _afterwards(form)))


_KEY = (
    "【个】个人信息；【敏】敏感个人信息（健康、困难身份、财务、不满十四周岁儿童的全部信息等），"
    "要单独得到本人同意；【内】内部栏目，不给服务对象副本。√ 是好的写法，× 是不好的写法。"
    "代号的意思见《检查规则与代号》。"
)


def _about(form: Form) -> Grid:
    """What the form is for, who writes it, when it is wanted."""
    said = {
        "用在哪一步": form.stage,
        "依据": "；".join(form.clauses),
        "谁填": form.fills + ("（常先手写，再录入）" if form.by_hand_first else ""),
        "谁签": form.signs,
        "什么时候要": "\n".join(_wanted(form)),
        "总的要求": form.notes,
        "自动带出": "、".join(_automatic(form)) + "：由程序带出、计算或编号，不用填",
    }
    rows = [_line(label, text) for label, text in said.items() if text and not text.startswith("：")]
    return Grid("一、这张表", tuple(rows))


def _line(label: str, text: str) -> tuple[Cell, ...]:
    return (Cell("", label, None, text, label_width=_LABEL_WIDTH),)


def _wanted(form: Form) -> Iterator[str]:
    """Each moment in words, with the fields it asks for."""
    for moment in Moment:
        specs = [spec for _, spec in fields(form, columns=False) if spec.need and spec.need.moment is moment]
        if moment is Moment.FILL:
            always = sum(spec.need is not None and spec.need.condition is None for spec in specs)
            yield f"{moment}：{_SAID[moment]}，必填 {always} 栏，另有 {len(specs) - always} 栏看情况"
        elif specs:
            yield f"{moment}：{_SAID[moment]}（{'、'.join(dict.fromkeys(s.label for s in specs))}）"


def _automatic(form: Form) -> Iterator[str]:
    labels = (spec.label for _, spec in fields(form, columns=False) if spec.nature is not Nature.TYPED)
    return iter(dict.fromkeys(labels))


def _kinds_used(form: Form) -> Iterator[Block]:
    """How the kinds of field that the form has are filled in."""
    used = {_hand(spec) for _, spec in fields(form) if spec.nature is Nature.TYPED}
    hands = [hand for hand in dict.fromkeys((*_HANDS.values(), _TEXT)) if hand in used]
    yield table("二、各种栏目怎么填", _KIND_COLUMNS, hands)


def _hand(spec: Spec) -> Hand:
    return next((hand for kind, hand in _HANDS.items() if type(spec.kind) is kind), _TEXT)


def _sections(form: Form, looked: Sequence[Looked]) -> Iterator[Block]:
    """A table for each titled section of the form, its fields in the form's order."""
    title, rows = "表头", list[Sequence[str]]()
    shown: set[str] = set()
    for section in form.sections:
        named = section.title or ("签署" if section.kind == "signatures" else "")
        if named and named != title and rows:
            yield table(f"三、逐栏说明：{title}", _FIELD_COLUMNS, rows)
            rows = []
        title = named or title
        rows += (_row(form, *field, looked) for field in fields_in(form, section, shown))
    if rows:
        yield table(f"三、逐栏说明：{title}", _FIELD_COLUMNS, rows)


def _row(form: Form, path: str, spec: Spec, looked: Sequence[Looked]) -> Sequence[str]:
    label = ("└ " if "." in path and path not in form.local else "") + spec.label
    marks = _marks(spec)
    seen = [f"{one.rule.title}（{one.rule.code}）" for one in looked if path in one.paths]
    return (
        f"{label}\n{marks}" if marks else label,
        _how(form, path, spec),
        _when(form, spec),
        _who(form, path, spec),
        "\n".join(seen),
    )


def _marks(spec: Spec) -> str:
    privacy = {Privacy.PERSONAL: "【个】", Privacy.SENSITIVE: "【敏】"}.get(spec.privacy, "")
    return privacy + "【内】" * spec.internal


def _how(form: Form, path: str, spec: Spec) -> str:
    """The kind, the options and the hint, an example of good and bad on lines of their own."""
    if spec.nature is Nature.ASSIGNED:
        return "由程序编号，不用填"
    if not spec.stored:
        return f"{spec.nature.value}，不用填"
    options = () if isinstance(spec.kind, kinds.YesNo) else spec.kind.options()
    kind = "：".join(part for part in (_kind(form, path, spec), "；".join(options)) if part)
    # √ and × begin the good and the bad example of a hint.
    hints = (part.strip("　 ") for part in re.split("(?=[√×])", spec.hint))
    return "\n".join((kind, *filter(None, hints)))


def _kind(form: Form, path: str, spec: Spec) -> str:
    """What sort of field it is; of a table that stands in one cell, what it asks."""
    if isinstance(spec.kind, kinds.Rating):
        return spec.kind.describe()
    if isinstance(spec.kind, kinds.Table) and all(section.table != path for section in form.sections):
        return (
            f"逐项写：{'、'.join(inner.label for inner in spec.kind.part.specs().values() if inner.stored)}"
        )
    return _hand(spec).name


def _when(form: Form, spec: Spec) -> str:
    if not spec.stored or spec.nature is Nature.ASSIGNED:
        return ""
    if spec.need is None:
        return "签后再填" if spec.later else "选填"
    asked = _MOMENTS[spec.need.moment]
    if spec.need.condition is None:
        return asked
    return f"{spec.need.condition.says(form.model.label_of)}时，{asked}"


def _who(form: Form, path: str, spec: Spec) -> str:
    """Whose pen: the signer, who gives an opinion above the signature, else who fills the form."""
    if spec.nature is not Nature.TYPED:
        return "程序"
    if isinstance(spec.kind, kinds.Seal):
        return f"{_bare(spec.label)}盖章"
    if "不同意" in spec.kind.options():  # a consent is nobody else's to tick
        return "监护人" if "监护人" in spec.label else "本人"
    signer = path if isinstance(spec.kind, kinds.Sign) else _signer_below(form, path)
    signing = form.spec_at(signer) if signer else None
    if signing is None:
        return _bare(form.fills)
    return _bare(signing.label).removesuffix("签名") + ("签" if signer == path else "")


def _signer_below(form: Form, path: str) -> str:
    """The signature that stands below an opinion."""
    items = (item for section in form.sections for item in section.items)
    return next((item.field for item in items if item.opinion == path), "")


def _bare(text: str) -> str:
    return re.sub("（.*?）", "", text)


def _review(form: Form, looked: Sequence[Looked]) -> Table:
    rows = [
        (one.rule.code, one.rule.title, _places(form, one), SEVERITIES[one.rule.severity], one.rule.clause)
        for one in looked
    ]
    return table("四、审核时看什么", _RULE_COLUMNS, rows)


def _places(form: Form, looked: Looked) -> str:
    specs = (form.spec_at(path) for path in looked.paths)
    return "、".join(dict.fromkeys(spec.label for spec in specs if spec)) or "整张表，与同卷的其他表对照"


def _afterwards(form: Form) -> Grid:
    """How the form comes back, is signed and kept."""
    many = "两" if form.copies == 2 else numeral(form.copies)
    copies = f"一式{many}份，{form.keep}" if form.copies > 1 else f"一份，{form.keep}保管"
    said = {
        "交回来": "在电脑上填的：把文件交回社工站，社工用 recordkit read 文件 读成记录，读不准的会列出来问；"
        "不改文件里印好的栏目名。在纸上填的：交回原件，由社工照着录入，填表日期写纸上的日期。",
        "签名": f"{form.signs}。用笔签在纸上，不代签；签好的纸拍照或扫描，由社工用 recordkit attach 归入。",
        "份数和保存": f"{copies}。{_kept(form)}",
        "保密": "填了真人信息的表，只交给社工站，不发微信群、不留在个人电脑和公用电脑上；废页用碎纸机。",
    }
    return Grid("五、填好以后", tuple(_line(label, text) for label, text in said.items() if text))


def _kept(form: Form) -> str:
    """The retention of the volume the form goes into: what is written when a client
    is put on file goes with the client, the rest with the case."""
    if form.method != "casework":
        return ""
    return notice("visits" if "建档" in form.stage else "case")


class _Fine(Table):
    """A table in the smaller print of lists, whatever its columns."""

    __slots__ = ()

    @property
    def dense(self) -> bool:
        """Always."""
        return True


def table(title: str, columns: Sequence[Head], rows: Iterable[Sequence[str]]) -> Table:
    """A table of plain texts under heads with their widths; a head marked so stands
    above short things, which are drawn in the middle."""
    total = sum(head[1] for head in columns)
    heads = tuple(
        Column(f"row.c{index}", head[0], PAGE_WIDTH * head[1] / total) for index, head in enumerate(columns)
    )
    specs = [_SHORT if len(head) > 2 else None for head in columns]
    cells = tuple(
        tuple(
            Cell(head.path, head.label, spec, text)
            for head, spec, text in zip(heads, specs, row, strict=True)
        )
        for row in rows
    )
    return _Fine(title, "row", heads, cells, 7.0)
