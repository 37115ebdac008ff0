"""Shared blocks: what many forms ask, written once.

Clauses and laws stand as `source`; where none does, the field is established
practice. The blocks are mixed into the forms, so a fact has one identifier
everywhere.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from . import fields as f
from .conditions import when
from .kinds import Day, Money, Number, RowNo, Unstated
from .model import Block
from .parts import Attachment, Signature, files, sign

if TYPE_CHECKING:
    from .context import Context

# The eleven service contents of DB3701/T 36—2023 clause 4.
DOMAINS = (
    "4.1政策宣传咨询;4.2社会救助;4.3精神慰藉;4.4能力提升;4.5社会支持;4.6危机干预;"
    "4.7权益维护;4.8社会融入;4.9社区参与;4.10文体健康;4.11环境保护"
)
_CENT = Decimal("0.01")
CONSENTS = "同意;不同意"

MINOR = when("client_age", "under", 18) | when("client.civil_capacity", "is", "限制", "无")
# PIPL Art. 31 and Civil Code Art. 19: from eight years on one signs for oneself too.
SIGNS_HERSELF = when("client_age", "from", 8) & when("client.civil_capacity", "is_not", "无")

GUARDIAN_SIGNS = MINOR & when("client.guardian_unavailable", "empty")
NEEDS_WITNESS = when("sign_client_state", "is", "手印", "代签")
PIPL_CONSENT = "个人信息保护法第十四、二十九条"


class Head(Block):
    """表头: what every form carries."""

    @f.looked_up("社工站名称")
    def station_name(self, context: Context) -> str | None:
        """From the profile."""
        return context.station.station.name if context.station else None

    @f.looked_up("运营机构")
    def operator_org(self, context: Context) -> str | None:
        """From the profile."""
        return context.station.station.operator if context.station else None

    form_no: f.Text = f.assigned("表单编号")

    @f.looked_up("服务编号")
    def service_no(self, context: Context) -> str | None:
        """The number of the dossier the record lies in."""
        return context.service_no or None

    filled_on: f.Day = f.day(
        "填表日期", need=f.FILL, hint="实际写下这张表的日子（在纸上写的，就是写纸那天），不是服务的日子"
    )
    entered_on: f.Day = f.assigned("录入日期", Day())
    filled_by: f.Text = f.ref(
        "填表人", "人员编号", need=f.FILL, privacy=f.PERSONAL, hint="站内人员或外聘人员的编号，如 S01"
    )
    late_entry: f.YesNo = f.yes_no("补录标记", hint="服务结束超过24小时才写的，选“是”，如实写两个日期")
    late_entry_reason: f.Text = f.text(
        "补录原因", need=f.FILL.when(when("late_entry", "is", True)), hint="为什么没能当天写"
    )
    signed_scan: list[Attachment] | None = files("签字扫描件", privacy=f.SENSITIVE)


class RiskFlag(Block):
    """风险快速筛查."""

    risk_flags: f.Multi = f.multi(
        "风险标记",
        "无;自杀/自伤;伤人/暴力;遭受家庭暴力;疑似虐待/忽视/遗弃;疑似性侵害;无人监护;走失;"
        "遭受诈骗;断炊/断药;无居所;突发重病;精神症状急性发作;其他",
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="没有发现的选“无”，“无”不与其他同选",
    )
    risk_flags_other: f.Text = f.other_of("风险标记", privacy=f.SENSITIVE)
    risk_level: f.Choice = f.choice(
        "风险等级",
        "无;低;中;高;极高",
        need=f.FILL,
        privacy=f.SENSITIVE,
        source="DB3701/T 36—2023 4.6 a)",
        hint="高、极高的当日填《危机评估表》并告知督导",
    )
    risk_note: f.Text = f.long(
        "风险说明",
        2,
        need=f.FILL.when(when("risk_flags", "is_not", "无")),
        privacy=f.SENSITIVE,
        hint="√“降压药断服两天，已由邻居补购；本人说‘没想过死’”　×“有一定风险，需关注”",
    )


class Goal(Block):
    """One goal of a plan."""

    goal_no: f.Text = f.assigned("目标编号", RowNo(prefix="G"))
    problem_no: f.Text = f.ref("对应问题", "问题编号，如 P1")
    statement: f.Text = f.text("具体目标")
    indicator: f.Text = f.text("衡量指标")
    baseline: f.Text = f.text("基线值")
    target: f.Text = f.text("目标值")
    due: f.Day = f.day("完成期限")
    owner: f.Text = f.text("责任人", 60)
    method: f.Choice = f.choice("评估方法", "量表;观察;访谈;目标达成评分;行为记录;资料核查")


class Goals(Block):
    """目标表."""

    goals: list[Goal] | None = f.table(
        "目标表",
        Goal,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="√“每周下楼不少于3次，连续4周”　×“改善情绪，融入社区”",
    )

    def goal(self, number: Any) -> Goal | None:
        """The goal of that number."""
        return next((g for g in self.goals or [] if g.goal_no == number), None)


class BudgetLine(Block):
    """One line of a budget."""

    category: f.Choice = f.choice("科目", "物资;场地;交通;餐饮茶歇;师资/专家;志愿者补贴与保险;宣传印刷;其他")
    category_other: f.Text = f.other_of("科目")
    account: f.Choice = f.choice("预算科目", "服务活动费;督导培训费;志愿者经费;交通费;宣传费;场地设备费;其他")
    account_other: f.Text = f.other_of("预算科目")
    item: f.Text = f.text("品名", 60)
    unit_price: f.Money = f.money("单价")
    qty: f.Number = f.number("数量")

    @f.derived("小计", Money())
    def subtotal(self) -> Any:
        """Price by quantity."""
        if _stated(self.unit_price) and _stated(self.qty):
            return (self.unit_price * self.qty).quantize(_CENT, ROUND_HALF_UP)  # type: ignore[operator,union-attr]
        return None

    note: f.Text = f.text("备注", 100)


class Budget(Block):
    """经费预算表."""

    budget: list[BudgetLine] | None = f.table("预算表", BudgetLine)

    @f.derived("预算合计(元)", Money(in_words=True))
    def budget_total(self) -> Any:
        """Sum of the lines; none while a line lacks its price or quantity, since a
        total that leaves something out would be taken for the whole."""
        parts = [line.value_of("subtotal") for line in self.budget or []]
        return None if not parts or None in parts else sum(parts, _CENT * 0)


class ClientSigns(Block):
    """本人签署: a fingerprint asks for a witness."""

    @f.derived("服务对象签名状态")
    def sign_client_state(self) -> str | None:
        """How the client signed."""
        signature = getattr(self, "sign_client", None)
        return signature.state if signature else None


class SignCase(Block):
    """个案签署区."""

    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )
    review_opinion: f.Text = f.long(
        "督导/站长审核意见",
        2,
        hint="√“同意。先核实取药再签协议，独居的两人同行”　×“同意”",
        later=True,
    )
    sign_supervisor: Signature | None = sign(
        "督导/站长", need=f.SIGN, privacy=f.PERSONAL, hint="看过全文、写好意见再签"
    )


class AboutClient(Block):
    """服务对象: the number, and what it brings along."""

    client_no: f.Text = f.ref(
        "服务对象", "服务对象编号", need=f.FILL, privacy=f.PERSONAL, hint="如 LX01-FW-000123，不写姓名"
    )

    @f.looked_up("姓名/性别/年龄/社区", privacy=f.PERSONAL)
    def client_brief(self, context: Context) -> str | None:
        """`赵桂兰　女　77岁　泉景社区` on the day of the form."""
        client = context.client
        if client is None:
            return None
        years = client.age_on(_form_day(self))
        parts = [client.name, client.gender, f"{years}岁" if years is not None else None, client.community]
        return "　".join(str(part) for part in parts if part) or None

    @f.looked_up("年龄", Number("岁"), privacy=f.PERSONAL)
    def client_age(self, context: Context) -> int | None:
        """Years on the day of the form."""
        return context.client.age_on(_form_day(self)) if context.client else None


class Client(AboutClient):
    """服务对象与服务社工."""

    worker: f.Text = f.ref(
        "服务社工", "人员编号", need=f.FILL, privacy=f.PERSONAL, hint="实际提供服务的社工编号，如 S01"
    )


def _form_day(block: Any) -> Any:
    return block.form_day()


def _stated(value: Any) -> bool:
    return value is not None and not isinstance(value, Unstated)
