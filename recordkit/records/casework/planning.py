"""预估与计划: the person in the environment, and what is agreed to be done."""

from __future__ import annotations

from .. import fields as f
from ..common import DOMAINS, Budget, Client, Goals, Head, RiskFlag, SignCase
from ..conditions import when
from ..kinds import Number, RowNo
from ..model import Block, Record
from ..parts import Attachment, Signature, picture, sign

_FACTS = "先写看到、听到的事实，再写判断和依据。"


class Problem(Block):
    """One problem or need."""

    problem_no: f.Text = f.assigned("编号", RowNo(prefix="P"))
    statement: f.Text = f.text("问题/需求")
    evidence: f.Text = f.text("表现")
    cause: f.Text = f.text("成因")
    resource: f.Text = f.text("优势/资源")
    priority: f.Choice = f.choice("优先级", "高;中;低")
    domain: f.Choice = f.choice("服务领域", DOMAINS)
    no_goal_reason: f.Text = f.text("未列目标的原因", hint="没有目标对应的问题，写明原因")


class Assessment(Head, Client, RiskFlag, SignCase, Record, form="casework/assessment"):
    """个案预估表: what the matter is, and what there is to build on."""

    assessed_on: f.Day = f.day("预估日期", need=f.FILL, hint="不早于接案日期")
    info_sources: f.Multi = f.multi(
        "资料来源",
        "本人面谈;家属;入户观察;社区/村居;学校/单位;医院;档案资料;量表",
        need=f.FILL,
        hint="实际用到的都勾",
    )
    problem_description: f.Text = f.long(
        "问题描述与持续时间",
        4,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“2025年11月丧偶后每晚睡3–4小时，已4个月”　×“长期失眠”",
    )
    problem_history: f.Text = f.long(
        "问题如何发生与发展",
        3,
        privacy=f.SENSITIVE,
        hint="√“1月摔了一跤，此后不敢下楼”　×“由多种原因造成”",
    )
    client_view: f.Text = f.long(
        "服务对象的看法与感受",
        3,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“她说：‘不是不想出门，是怕给人添麻烦。’”　×“服务对象较为消极”",
    )
    coping_history: f.Text = f.long(
        "曾用办法与未能解决的原因",
        3,
        privacy=f.PERSONAL,
        hint="√“儿子装过扶手，卫生间没装，仍不敢洗澡”　×“家属支持不足”",
    )
    life_stage: f.Text = f.text("人生发展阶段与任务", privacy=f.PERSONAL)
    bio: f.Text = f.long(
        "生理与健康",
        3,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“高血压12年，膝关节炎，上下一层楼歇两次”　×“身体较差”",
    )
    psycho: f.Text = f.long(
        "心理与情绪",
        3,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="只写观察，不作诊断。√“谈到老伴三次落泪”　×“患有抑郁”",
    )
    behaviour: f.Text = f.long(
        "认知与行为",
        3,
        privacy=f.SENSITIVE,
        hint="√“能说清日期和药名，忘记关火一次”　×“认知下降”",
    )
    strengths: f.Text = f.long(
        "能力与优势",
        3,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="不得空白。√“当过裁缝，邻居常来请她改衣服”　×“性格坚强”",
    )
    family_system: f.Text = f.long(
        "家庭结构与关系",
        3,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“儿子在苏州，每周日视频一次，每次约10分钟”　×“家庭关系一般”",
    )
    genogram: Attachment | None = picture(
        "家系图",
        privacy=f.SENSITIVE,
        need=f.FILL.when(when("ecomap", "empty")),
        hint="家系图、生态图至少一幅，附图例；图片放在 attachments/ 里",
    )
    social_system: f.Text = f.long(
        "社会支持与资源",
        3,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="√“302室王阿姨每周代买药两次”　×“邻里关系良好”",
    )
    ecomap: Attachment | None = picture(
        "生态图",
        privacy=f.SENSITIVE,
        need=f.FILL.when(when("genogram", "empty")),
        hint="家系图、生态图至少一幅，附图例；图片放在 attachments/ 里",
    )
    policy_resources: f.Text = f.long(
        "政策与制度资源", 2, hint="√“80周岁起可领高龄津贴，还差3年”　×“可享受相关政策”"
    )
    scales: f.Multi = f.refs("量表测评", "量表测评记录编号", privacy=f.SENSITIVE)
    problems: list[Problem] | None = f.table(
        "问题与需求", Problem, need=f.FILL, privacy=f.SENSITIVE, hint="按轻重排列，编号 P1、P2…"
    )
    summary: f.Text = f.long(
        "预估摘要",
        4,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint=f"100–300字。{_FACTS}√写清谁、什么问题、多久、凭什么改变　×把前面各栏抄一遍",
    )
    practice_models: f.Multi = f.multi(
        "理论与模式",
        "心理社会治疗;认知行为;理性情绪;任务中心;危机介入;人本;家庭治疗;优势视角;增能;"
        "生态系统;社会支持网络;焦点解决;叙事;其他",
        need=f.FILL,
        hint="真正用来指导计划的一至三种",
    )
    practice_models_other: f.Text = f.other_of("理论与模式")
    service_mode: f.Multi = f.multi(
        "服务方式建议",
        "个案;个案管理;小组;社区活动;转介;政策协助",
        need=f.FILL,
        hint="与后面的计划书一致",
    )


class Step(Block):
    """One step of the plan."""

    phase: f.Text = f.text("阶段", 40)
    period: f.Days = f.days("起止")
    goal_no: f.Multi = f.refs("针对目标", "目标编号")
    content: f.Text = f.text("介入内容与方法")
    worker_task: f.Text = f.text("社工任务")
    client_task: f.Text = f.text("服务对象任务")
    resource: f.Text = f.text("链接资源")
    sessions: f.Number = f.number("次数", "", 0, 200, True)


class ServicePlan(Head, Client, Goals, Budget, SignCase, Record, form="casework/service-plan"):
    """个案服务计划书: agreed goals, steps and resources; issued anew when revised."""

    @f.derived("版本号", Number(whole=True))
    def plan_version(self) -> int:
        """The record's own version; earlier ones stay in the file."""
        return self.version

    revision_reason: f.Text = f.long(
        "修订原因",
        2,
        need=f.FILL.when(when("plan_version", "over", 1)),
        hint="√“5月起儿子接回同住，目标2不再适用”　×“根据实际情况调整”",
    )
    planned_on: f.Day = f.day("计划日期", need=f.FILL, hint="不早于预估日期")
    overall_goal: f.Text = f.long(
        "总目标",
        2,
        need=f.FILL,
        privacy=f.PERSONAL,
        hint="√“7月底前恢复每周下楼，按时服药，遇事知道找谁”　×“提升生活质量”",
    )
    steps: list[Step] | None = f.table(
        "步骤表", Step, need=f.FILL, privacy=f.PERSONAL, hint="每个目标至少一步"
    )
    period: f.Days = f.days("预计服务期", need=f.FILL, hint="在服务协议的期限以内")
    sessions_planned: f.Number = f.number(
        "预计会谈次数", "次", 1, 200, True, need=f.FILL, hint="各步骤次数之和"
    )
    contingency: f.Text = f.long(
        "风险与应对",
        3,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“若再断药：当天联系302室王阿姨和社区医生”　×“密切关注”",
    )
    evaluation_method: f.Multi = f.multi(
        "评估方法",
        "量表前后测;目标达成评分;面谈反馈;观察;资料核查",
        need=f.FILL,
        hint="与每个目标的评估方法一致",
    )
    closing_criteria: f.Text = f.long(
        "预计结案标准",
        2,
        need=f.FILL,
        hint="√“目标1、3达成，目标2至少部分达成，连续4周无断药”　×“问题解决”",
    )
    client_comment: f.Text = f.long(
        "服务对象意见", 2, privacy=f.PERSONAL, hint="记原话。√“我看行，疼的时候别催我下楼”　×“同意计划”"
    )
    sign_client: Signature | None = sign(
        "服务对象/监护人签名", need=f.SIGN, privacy=f.PERSONAL, hint="计划讲给本人听、本人同意再签"
    )
