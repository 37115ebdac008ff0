"""评估、结案与跟进: what became of each goal, and whether it lasts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .. import fields as f
from ..common import Client, Head, SignCase
from ..conditions import when
from ..dates import print_day
from ..kinds import Long, Number, RowNo
from ..model import Block, Record
from ..money import print_number
from ..parts import Signature, sign

if TYPE_CHECKING:
    from ..context import Context

_UNSIGNED = "失联;去世;拒签;无法签字;其他"
_CLIENT_SIGNS = when("unsigned_reason", "empty")


class GoalResult(Block):
    """What became of one goal; its wording comes from the plan."""

    goal_no: f.Text = f.ref("目标编号", "目标编号")

    @f.looked_up("目标")
    def statement(self, context: Context) -> str | None:
        """From the plan."""
        return _of_goal(self.goal_no, "statement", context)

    @f.looked_up("指标")
    def indicator(self, context: Context) -> str | None:
        """From the plan."""
        return _of_goal(self.goal_no, "indicator", context)

    @f.looked_up("基线")
    def baseline(self, context: Context) -> str | None:
        """From the plan."""
        return _of_goal(self.goal_no, "baseline", context)

    @f.looked_up("目标值")
    def target(self, context: Context) -> str | None:
        """From the plan."""
        return _of_goal(self.goal_no, "target", context)

    actual: f.Text = f.text("实际值")
    level: f.Choice = f.choice("达成", "未达成;部分达成;达成;超出")
    gas: f.Number = f.number("GAS评分", "", -2, 2, True)
    evidence: f.Multi = f.refs("证据", "记录的表单编号")


class Change(Block):
    """What changed in one area of life."""

    area: f.Choice = f.choice("方面", "认知;情绪;行为;关系;生活/经济;资源使用")
    before: f.Text = f.text("服务前")
    after: f.Text = f.text("服务后")


class OutcomeEvaluation(Head, Client, SignCase, Record, form="casework/outcome-evaluation"):
    """个案成效评估表: each goal of the plan, with its evidence."""

    eval_type: f.Choice = f.choice("评估类型", "中期;结案;跟踪", need=f.FILL, hint="中期评估至少每3个月一次")
    evaluated_on: f.Day = f.day("评估日期", need=f.FILL, hint="不晚于结案日期")
    goal_results: list[GoalResult] | None = f.table(
        "目标达成",
        GoalResult,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="计划书最后一版的每个目标一行，证据写记录的表单编号",
    )
    prepost: f.Multi = f.refs("前后测对比", "量表测评记录编号", privacy=f.SENSITIVE)
    changes: list[Change] | None = f.table(
        "服务对象改变", Change, need=f.FILL, privacy=f.SENSITIVE, hint="前后对照写事实，不写感谢"
    )
    client_rating: f.Rating = f.rating("服务对象自评", 0, 10, privacy=f.PERSONAL)
    client_comment: f.Text = f.long(
        "服务对象意见", 2, privacy=f.PERSONAL, hint="记原话。√“夜里醒了知道怎么办，不慌了”　×“满意”"
    )
    worker_reflection: f.Text = f.long(
        "社工自评",
        3,
        need=f.FILL,
        hint="√“前两次急于给办法，第三次起先听，她才说出怕拖累儿子”　×“服务效果显著”",
    )
    unmet_reason: f.Text = f.long(
        "未达成原因",
        2,
        need=f.FILL.when(when("unmet_goals", "filled")),
        hint="√“加装扶手排队至9月，洗澡仍需人陪”　×“客观原因”",
    )
    conclusion: f.Choice = f.choice(
        "结论", "继续;修订计划;结案;转介", need=f.FILL, hint="选“结案”的接着写结案报告"
    )
    sign_client: Signature | None = sign(
        "服务对象签名",
        privacy=f.PERSONAL,
        need=f.SIGN.when(when("eval_type", "is", "结案") & _CLIENT_SIGNS),
        hint="结案评估才签；签不了的，填“未签原因”",
    )
    unsigned_reason: f.Choice = f.choice("未签原因", _UNSIGNED, privacy=f.PERSONAL)
    unsigned_reason_other: f.Text = f.other_of("未签原因", privacy=f.PERSONAL)

    @f.derived("未完全达成的目标")
    def unmet_goals(self) -> str | None:
        """Numbers of the goals that are unmet or met in part."""
        unmet = [
            str(result.goal_no)
            for result in self.goal_results or []
            if result.level in ("未达成", "部分达成")
        ]
        return "、".join(unmet) or None


class PlannedFollowUp(Block):
    """One follow-up that is planned."""

    seq: f.Text = f.assigned("次序", RowNo())
    due: f.Day = f.day("计划日期")
    mode: f.Choice = f.choice("方式", "电话;入户;线上")


class ClosingReport(Head, Client, SignCase, Record, form="casework/closing-report"):
    """个案结案报告: what was done, what changed, what comes after."""

    closed_on: f.Day = f.day("结案日期", need=f.FILL, hint="不早于最后一次服务和结案评估")

    @f.looked_up("服务起止与统计", Long(2))
    def totals(self, context: Context) -> str | None:
        """Start, end, contacts and hours, counted from the dossier."""
        sessions = [s for s in context.all("casework/session-record") if isinstance(s.session_date, date)]
        if not sessions:
            return None
        met = [s for s in sessions if s.mode != "未遇(爽约)"]
        hours = sum((s.value_of("hours_face") or Decimal(0) for s in met), Decimal(0))
        days = [s.session_date for s in sessions]
        return (
            f"{print_day(min(days))}至{print_day(max(days))}，服务{len(met)}次"
            f"（入户{_count(met, '入户')}次、站内面谈{_count(met, '站内面谈')}次、"
            f"电话{_count(met, '电话')}次），面谈工时{print_number(hours)}小时，"
            f"探访{len(context.all('casework/home-visit'))}次"
        )

    closing_reason: f.Choice = f.choice(
        "结案原因",
        "目标达成;问题未全部解决但服务对象已能独立应对;服务对象要求结束/关系不和谐;出现新需求需转介;"
        "迁离;失联;入院/入所;去世;服务期满;其他",
        need=f.FILL,
        hint="只选最主要的一项",
    )
    closing_reason_other: f.Text = f.other_of("结案原因")
    course: f.Text = f.long(
        "服务过程概述",
        6,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="按时间写做了什么、有什么转折。√“4月15日陪诊后开始按时服药”　×“开展了系列服务”",
    )

    @f.looked_up("目标达成总结", Long(3), privacy=f.PERSONAL)
    def goals_summary(self, context: Context) -> str | None:
        """Every goal of the plan with the result of the last evaluation."""
        plan, evaluation = (
            context.last("casework/service-plan"),
            context.last("casework/outcome-evaluation"),
        )
        if not plan or not evaluation:
            return None
        results = {r.goal_no: r for r in evaluation.goal_results or []}
        return "\n".join(
            f"{goal.goal_no} {goal.statement}：{_result(results.get(goal.goal_no))}"
            for goal in plan.goals or []
        )

    main_changes: f.Text = f.long(
        "服务对象主要改变",
        4,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“由三个月未下楼到每周下楼4次”　×“有了很大改变”",
    )
    informed: f.YesNo = f.yes_no("已提前告知结案", need=f.FILL, hint="结案前至少提前一次告知")
    informed_on: f.Day = f.day(
        "告知日期", need=f.FILL.when(when("informed", "is", True)), hint="早于结案日期"
    )
    farewell_note: f.Text = f.text("离别情绪处理", privacy=f.PERSONAL)
    closing_mode: f.Choice = f.choice(
        "结案方式", "直接告知;延长服务间隔;改变联系方式", need=f.FILL, hint="主要的一种"
    )
    remaining: f.Text = f.long(
        "未解决问题与建议",
        3,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“卫生间扶手9月安装，请社区届时确认”　×“无”",
    )
    follow_up_plan: list[PlannedFollowUp] | None = f.table(
        "跟进安排", PlannedFollowUp, need=f.FILL, hint="一般为结案后1、3、6个月"
    )
    referred_to: f.Text = f.ref(
        "转介去向",
        "转介表编号",
        need=f.FILL.when(when("closing_reason", "is", "出现新需求需转介")),
        hint="先填《个案转介表》",
    )
    cost_total: f.Money = f.money("经费使用", in_words=True)
    client_comment: f.Text = f.long(
        "服务对象意见",
        2,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="记原话，联系不上的写“不适用”。√“往后有人敲门，心里踏实”　×“非常满意”",
    )
    satisfaction: f.Rating = f.rating("服务对象满意度", 1, 5, privacy=f.PERSONAL)
    sign_client: Signature | None = sign(
        "服务对象/监护人签名",
        need=f.SIGN.when(_CLIENT_SIGNS),
        privacy=f.PERSONAL,
        hint="签不了的，填“未签原因”",
    )
    unsigned_reason: f.Choice = f.choice("未签原因", _UNSIGNED, privacy=f.PERSONAL)
    unsigned_reason_other: f.Text = f.other_of("未签原因", privacy=f.PERSONAL)
    sign_manager: Signature | None = sign(
        "站长审批",
        privacy=f.PERSONAL,
        need=f.SIGN.when(when("outside_supervisor", "filled")),
        hint="督导是外聘人员的，由站长再审批",
    )

    @f.looked_up("外聘督导")
    def outside_supervisor(self, context: Context) -> str | None:
        """The signing supervisor, if from outside: then the manager signs too."""
        signed = self.sign_supervisor
        outside = context.station.outside if context.station else []
        return next((p.number for p in outside if signed and p.number == signed.by), None)

    @f.looked_up("文书齐全核对")
    def completeness(self, context: Context) -> str | None:
        """The checklist's result, a fact that `checks` brings."""
        return context.fact("completeness")


class Maintenance(Block):
    """Whether one goal's result has lasted."""

    goal_no: f.Text = f.ref("目标编号", "目标编号")
    status: f.Choice = f.choice("保持", "保持;进步;部分倒退;倒退")
    note: f.Text = f.text("说明")


class FollowUp(Head, Client, Record, form="casework/follow-up"):
    """个案跟进回访记录表: whether the change lasts."""

    follow_up_no: f.Number = f.assigned("第几次回访", Number("", 1, 99, True))
    followed_on: f.Day = f.day("回访日期", need=f.FILL, hint="晚于结案日期")
    mode: f.Choice = f.choice("方式", "电话;入户;来站;线上;未联系上", need=f.FILL, hint="没联系上也要记一次")
    respondent: f.Text = f.text("受访人", 60, need=f.FILL, privacy=f.PERSONAL, hint="写身份，如“本人”“其子”")
    maintenance: list[Maintenance] | None = f.table(
        "目标保持情况",
        Maintenance,
        privacy=f.PERSONAL,
        need=f.FILL.when(when("mode", "is_not", "未联系上")),
        hint="每个目标一行，说明写事实",
    )
    current_status: f.Text = f.long(
        "目前状况",
        4,
        need=f.FILL.when(when("mode", "is_not", "未联系上")),
        privacy=f.SENSITIVE,
        hint="√“每周下楼3–4次，药盒空格对得上”　×“状况良好”",
    )
    new_needs: f.Text = f.long(
        "新问题/需求", 2, privacy=f.SENSITIVE, hint="√“入冬怕路滑，想要防滑鞋套”　×“暂无”"
    )
    satisfaction: f.Rating = f.rating("服务评价", 1, 5, privacy=f.PERSONAL)
    decision: f.Choice = f.choice(
        "处理意见", "继续跟进;结束跟进;重新开案;转介", need=f.FILL, hint="有新需求的考虑重新开案"
    )
    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )


def _of_goal(number: Any, name: str, context: Context) -> str | None:
    plan = context.last("casework/service-plan")
    goal = plan.goal(number) if plan else None
    return getattr(goal, name) if goal else None


def _count(sessions: list[Any], mode: str) -> int:
    return sum(session.mode == mode for session in sessions)


def _result(result: GoalResult | None) -> str:
    return f"{result.level}（{result.actual}）" if result else "未评估"
