"""介入: each contact, each visit, each application helped along."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .. import fields as f
from ..common import DOMAINS, AboutClient, Client, Head, RiskFlag
from ..conditions import when
from ..dates import TimeRange
from ..kinds import Number
from ..model import Block, Record
from ..parts import Attachment, Signature, files, sign

if TYPE_CHECKING:
    from ..context import Context

_MET = when("mode", "is_not", "未遇(爽约)")
_MET_WITH_PLAN = _MET & when("plan_in_force", "filled")


class GoalProgress(Block):
    """How far one goal has come."""

    goal_no: f.Text = f.ref("目标编号", "目标编号")
    status: f.Choice = f.choice("进展", "未开始;进行中;部分达成;达成;倒退;终止")
    score: f.Number = f.number("评分", "", 0, 10)
    evidence: f.Text = f.text("依据")


class SessionRecord(Head, Client, Record, form="casework/session-record"):
    """个案服务过程（面谈）记录表: one sheet per contact."""

    session_no: f.Number = f.assigned("第几次", Number("", 1, 999, True))
    session_date: f.Day = f.day("服务日期", need=f.FILL, hint="不早于服务协议签署日期")
    time_range: f.Times = f.times("起止时间", need=f.FILL, hint="如 14:00至15:10，工时由此计算")
    place: f.Text = f.text("地点", 60, need=f.FILL, hint="如 本站个案室；入户的写“服务对象家中”")
    mode: f.Choice = f.choice(
        "方式",
        "站内面谈;入户;电话;线上;外出陪同;联席会议;未遇(爽约)",
        need=f.FILL,
        hint="没见到人的也要记，选“未遇(爽约)”",
    )
    participants: f.Text = f.text(
        "参加人员", 100, need=f.FILL, privacy=f.PERSONAL, hint="写身份，如“服务对象、其子、社工”"
    )
    session_goals: f.Multi = f.picks(
        "本次目标", "计划书的目标编号", need=f.FILL.when(_MET_WITH_PLAN), hint="如 G1、G3"
    )
    record_style: f.Choice = f.choice(
        "记录方式", "摘要式;叙事式;对话式(过程式)", need=f.FILL, hint="按站内约定或督导要求"
    )
    narrative: f.Text = f.long(
        "过程记录（客观事实）",
        14,
        need=f.FILL.when(_MET),
        privacy=f.SENSITIVE,
        hint="√“说话时一直低头，声音小，重复三次‘活着没意思’”　×“情绪低落”",
    )
    client_response: f.Text = f.long(
        "服务对象反应与变化",
        3,
        need=f.FILL.when(_MET),
        privacy=f.SENSITIVE,
        hint="√“第一次主动问下回什么时候来”　×“反应良好”",
    )
    techniques: f.Multi = f.multi(
        "介入方法与技巧",
        "同理;倾听;澄清;聚焦;面质;情绪疏导;认知调节;行为训练;角色扮演;资源链接;陪同办理;家庭会谈;其他",
    )
    techniques_other: f.Text = f.other_of("介入方法与技巧")
    goal_progress: list[GoalProgress] | None = f.table(
        "目标进展",
        GoalProgress,
        need=f.FILL.when(_MET_WITH_PLAN),
        privacy=f.PERSONAL,
        hint="本次涉及的目标各一行，依据写事实",
    )
    risk_change: f.Choice = f.choice(
        "风险变化",
        "无;降低;不变;升高",
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="升高的，重新填《危机评估表》",
    )
    reflection: f.Text = f.long(
        "社工分析与反思",
        4,
        privacy=f.SENSITIVE,
        internal=True,
        hint="判断、依据、自己的感受写在这里，不给服务对象副本。√“我两次打断她，下次先等”　×“效果较好”",
    )
    next_plan: f.Text = f.long(
        "下次计划",
        2,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="√“带助听器申请表，约其子视频”　×“继续跟进”",
    )
    next_time: f.DayTime = f.day_time("下次时间")

    @f.derived("面谈工时(小时)", Number())
    def hours_face(self) -> Decimal | None:
        """Length of the contact in hours, to two decimals."""
        if not isinstance(self.time_range, TimeRange):
            return None
        return (Decimal(self.time_range.minutes) / 60).quantize(Decimal("0.01"))

    hours_travel: f.Number = f.number("交通工时(小时)", "", 0, 24)
    hours_paperwork: f.Number = f.number("文书工时(小时)", "", 0, 24)
    hours_coordination: f.Number = f.number("协调工时(小时)", "", 0, 24)
    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )
    sign_supervisor: Signature | None = sign("督导（抽查）", privacy=f.PERSONAL)
    supervisor_note: f.Text = f.long(
        "督导批注",
        2,
        internal=True,
        hint="√“等她说完再问，处理得当；漏服的事交给医生”　×“已阅”",
        later=True,
    )

    @f.looked_up("生效的计划书")
    def plan_in_force(self, context: Context) -> str | None:
        """The number of the plan that was agreed on or before the day of the session."""
        plans = [
            plan
            for plan in context.all("casework/service-plan")
            if isinstance(plan.planned_on, date)
            and isinstance(self.session_date, date)
            and plan.planned_on <= self.session_date
        ]
        return plans[-1].form_no if plans else None


class Need(Block):
    """One need heard on a visit."""

    need: f.Text = f.text("诉求")
    domain: f.Choice = f.choice("类别", DOMAINS)
    action: f.Choice = f.choice("处理", "当场解决;转部门;开案;列入活动;跟踪")
    due: f.Day = f.day("期限")
    result: f.Text = f.text("结果")


class HomeVisit(Head, AboutClient, RiskFlag, Record, form="casework/home-visit"):
    """探访记录表: visits to people who are not, or not yet, cases."""

    client_no: f.Text = f.ref(
        "探访对象", "服务对象编号", need=f.FILL, privacy=f.PERSONAL, hint="如 LX01-FW-000123，不写姓名"
    )
    visit_time: f.DayTime = f.day_time("探访日期与时间", need=f.FILL, hint="如 2026-02-26 9:30")
    visit_mode: f.Choice = f.choice(
        "探访方式", "入户;电话;视频;来站;户外偶遇", need=f.FILL, hint="入户建议两人同行"
    )
    visitors: f.Multi = f.picks("探访人员", "人员编号", need=f.FILL, privacy=f.PERSONAL, hint="如 S01、S02")
    visit_type: f.Choice = f.choice(
        "探访类型",
        "首次摸排;常态探访;节日慰问;跟进回访;政策宣传;危机探访",
        need=f.FILL,
        hint="以主要目的为准",
    )
    met: f.Choice = f.choice(
        "见到(联系到)何人", "本人;家属;邻居/社区;未遇", need=f.FILL, hint="没有人在的选“未遇”"
    )
    home_environment: f.Multi = f.multi(
        "居家环境与安全",
        "整洁;杂乱;无扶手/湿滑;用电隐患;燃气隐患;消防隐患;无取暖/降温;其他",
        need=f.FILL.when(when("visit_mode", "is", "入户") & when("met", "is_not", "未遇")),
        privacy=f.PERSONAL,
        hint="看到的如实勾，不评价",
    )
    home_environment_other: f.Text = f.other_of("居家环境与安全", privacy=f.PERSONAL)
    health_note: f.Text = f.text("身体状况", privacy=f.SENSITIVE)
    mood_note: f.Text = f.text("情绪与精神状态", privacy=f.SENSITIVE)
    income_note: f.Text = f.text("经济与收支变化", privacy=f.SENSITIVE)
    social_note: f.Text = f.text("社会交往", privacy=f.PERSONAL)
    needs: list[Need] | None = f.table(
        "困难与诉求",
        Need,
        need=f.FILL.when(when("met", "is_not", "未遇")),
        privacy=f.SENSITIVE,
        hint="一件一行；没有诉求也写一行“无诉求”",
    )
    policy_info: f.Multi = f.multi("政策宣传内容", "社会救助;养老;未保;残疾人;社会事务;医保;其他")
    policy_info_other: f.Text = f.other_of("政策宣传内容")
    goods_ref: f.Text = f.ref("发放物资", "物资发放登记编号")
    need_level: f.Choice = f.choice("需求分级", "一般;关注;重点")
    next_visit: f.Day = f.day("下次探访")
    photos: list[Attachment] | None = files("现场照片", privacy=f.SENSITIVE)
    sign_worker: Signature | None = sign(
        "探访人签名", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )
    sign_companion: Signature | None = sign("同行人员签名", privacy=f.PERSONAL)
    sign_client: Signature | None = sign("服务对象签名", privacy=f.PERSONAL)


class RequiredDocument(Block):
    """One paper an application needs."""

    doc: f.Text = f.text("材料", 80)
    needed: f.YesNo = f.yes_no("是否必需")
    ready: f.YesNo = f.yes_no("是否已备")
    handed_in_on: f.Day = f.day("提交日期")
    note: f.Text = f.text("备注", 100)


class Milestone(Block):
    """One step of an application."""

    step: f.Choice = f.choice(
        "环节",
        "政策讲解;材料准备;提交申请;受理;家庭经济状况核对;入户调查;民主评议;公示;审核确认;"
        "资金发放;不予确认告知;申诉/复核",
    )
    on: f.Day = f.day("日期")
    result: f.Text = f.text("结果")
    who: f.Text = f.text("经办人", 60)


class AssistanceApplication(Head, AboutClient, Record, form="casework/assistance-application"):
    """社会救助协助办理记录表: the three routes of clause 4.2, step by step."""

    client_no: f.Text = f.ref(
        "申请人", "服务对象编号", need=f.FILL, privacy=f.PERSONAL, hint="如 LX01-FW-000123，不写姓名"
    )
    opened_on: f.Day = f.day("受理(开始)日期", need=f.FILL, hint="开始协助的日子")
    route: f.Choice = f.choice(
        "办理路径",
        "①符合民政救助政策，协助申请;②符合其他部门救助政策，讲解并协助申请;"
        "③不符合政策但确有困难，讲解政策、链接资源并协助申请",
        need=f.FILL,
        source="DB3701/T 36—2023 4.2",
        hint="三条路径只选一条",
    )
    aid_kind: f.Choice = f.choice(
        "救助类别",
        "最低生活保障;特困人员救助供养;临时救助;低保边缘家庭认定;刚性支出困难家庭认定;"
        "孤儿/事实无人抚养儿童保障;困难残疾人生活补贴/重度护理补贴;老年人福利补贴;流浪乞讨救助;"
        "受灾人员救助;医疗救助;教育救助;住房救助;就业救助;法律援助/司法救助;慈善救助;其他",
        need=f.FILL,
        hint="一份申请一张表",
    )
    aid_kind_other: f.Text = f.other_of("救助类别")
    department: f.Choice = f.choice(
        "主管部门",
        "民政;医保;教育;住建;人社;应急;残联;卫健;司法;退役军人;妇联;工会;慈善组织;其他",
        need=f.FILL,
        hint="有权审核确认的部门",
    )
    department_other: f.Text = f.other_of("主管部门")
    policy_basis: f.Text = f.long(
        "政策依据与条件说明",
        4,
        need=f.FILL,
        hint="√“3月18日讲解了救助办法第三条的三项条件”　×“已告知政策”",
    )
    eligible: f.Choice = f.choice(
        "是否符合条件(初步)",
        "符合;可能符合;不符合;待核对",
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="只是建议，由主管部门决定",
    )
    entrusted: f.Choice = f.choice(
        "委托授权",
        "本人办理社工协助;委托村(居)委代办;委托社工递交",
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="委托的须有本人签名",
    )
    documents: list[RequiredDocument] | None = f.table(
        "所需材料", RequiredDocument, need=f.FILL, privacy=f.SENSITIVE, hint="按主管部门的材料清单逐项列"
    )
    milestones: list[Milestone] | None = f.table(
        "办理进度", Milestone, need=f.FILL, hint="每办一步记一行", later=True
    )
    outcome: f.Choice = f.choice(
        "结果",
        "办理中;已确认;不予确认;撤回;转其他途径",
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="还没有结果的选“办理中”",
        later=True,
    )
    amount: f.Money = f.money("救助金额/标准", privacy=f.SENSITIVE, later=True)
    linked_resources: f.Multi = f.refs(
        "③ 链接资源",
        "资源链接记录编号",
        need=f.FILL.when(when("route", "starts", "③")),
        hint="走第③条路径的，先填《资源链接记录表》",
    )
    sign_client: Signature | None = sign(
        "申请人签名", need=f.SIGN, privacy=f.PERSONAL, hint="申请人本人手写；不会写字的按手印"
    )
    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )
