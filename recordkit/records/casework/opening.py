"""接案: what is asked for, what was agreed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from .. import fields as f
from ..common import (
    CONSENTS,
    DOMAINS,
    GUARDIAN_SIGNS,
    NEEDS_WITNESS,
    PIPL_CONSENT,
    SIGNS_HERSELF,
    AboutClient,
    ClientSigns,
    Head,
    RiskFlag,
    SignCase,
)
from ..conditions import when
from ..kinds import Day
from ..model import Record
from ..parts import Signature, seal, sign
from ..retention import notice

if TYPE_CHECKING:
    from ..context import Context


class Intake(Head, AboutClient, RiskFlag, SignCase, Record, form="casework/intake"):
    """个案接案登记表: the request, a risk screen, and whether a case is opened."""

    intake_date: f.Day = f.day("接案日期", need=f.FILL, hint="首次接触并登记求助的日子")
    intake_mode: f.Choice = f.choice(
        "接案方式", "来站面谈;电话;入户;外展;网络", need=f.FILL, hint="首次接触的方式"
    )
    source: f.Choice = f.choice(
        "个案来源",
        "主动求助;亲友/邻里介绍;社区(村)转介;街镇/政府部门转介;学校转介;医院转介;公安/司法转介;"
        "其他机构转介;走访外展发现;小组/活动中发现;12345等热线;网络;其他",
        need=f.FILL,
        hint="最先把这件事告诉社工站的人或渠道",
    )
    source_other: f.Text = f.other_of("个案来源")
    referrer: f.Text = f.text(
        "转介单位与联系人",
        100,
        need=f.FILL.when(when("source", "ends", "转介")),
        privacy=f.PERSONAL,
        hint="单位全称和联系人，如“泉景社区居民委员会　李主任”",
    )
    voluntariness: f.Choice = f.choice(
        "知情自愿程度",
        "主动自愿;经劝说同意;犹豫;非自愿",
        need=f.FILL,
        hint="依法律或有关部门要求来的选“非自愿”",
    )
    presenting_problem: f.Text = f.long(
        "求助问题(服务对象原话)",
        4,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="√“老伴走了以后，晚上睡不着，一个人坐到天亮。”　×“服务对象存在丧亲情绪问题”",
    )
    problem_types: f.Multi = f.multi(
        "问题类型",
        "经济困难;就业;住房;疾病/康复;情绪/心理;婚姻家庭;亲子/教育;儿童监护;养老照护;"
        "人际/社会融入;行为偏差;法律权益;丧亲/临终;危机事件;其他",
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="可选多项，与求助原话对得上",
    )
    problem_types_other: f.Text = f.other_of("问题类型", privacy=f.SENSITIVE)
    service_domain: f.Choice = f.choice(
        "主要服务领域",
        DOMAINS,
        need=f.FILL,
        source="DB3701/T 36—2023 4",
        hint="只选一项，统计按它计",
    )
    other_domains: f.Multi = f.multi("其他服务领域", DOMAINS, source="DB3701/T 36—2023 4")
    expectation: f.Text = f.long(
        "对社工的期望", 2, privacy=f.PERSONAL, hint="√“有人说说话；能按时买到药”　×“解决困难”"
    )
    past_efforts: f.Text = f.long(
        "曾做过的努力与求助",
        2,
        privacy=f.PERSONAL,
        hint="√“找过居委会两次，邻居代买药”　×“曾多方求助未果”",
    )
    current_services: f.Text = f.long(
        "正在使用的服务/资源",
        2,
        privacy=f.PERSONAL,
        hint="√“居家养老助餐（每日午餐）”　×“享受相关政策”",
    )
    urgency: f.Choice = f.choice("紧急程度", "一般;较急;紧急", need=f.FILL, hint="紧急：24小时内要行动")
    first_impression: f.Text = f.long(
        "初步判断",
        4,
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="先写事实，再写判断并注明是判断。√“事实：近三个月未下楼。判断：行动受限”　×“情绪低落”",
    )
    decision: f.Choice = f.choice(
        "接案结论",
        "接案;转介;一次性咨询后结束;暂缓跟踪;不接案",
        need=f.FILL,
        hint="选“接案”后用 recordkit dossier new 立卷编号",
    )
    decision_reason: f.Text = f.long(
        "不接案/转介理由",
        2,
        need=f.FILL.when(when("decision", "is_not", "接案")),
        hint="√“诉求为劳动仲裁，已告知区仲裁院地址电话”　×“不符合条件”",
    )
    assigned_worker: f.Text = f.ref(
        "负责社工",
        "人员编号",
        need=f.FILL.when(when("decision", "is", "接案")),
        privacy=f.PERSONAL,
        hint="接案后由谁负责，如 S01",
    )
    case_no: f.Text = f.assigned("个案编号", hint="接案时由 recordkit dossier new 给出")
    previous_case_no: f.Text = f.ref("前案号", "个案编号")
    next_appointment: f.DayTime = f.day_time("下次约见")


class ServiceAgreement(Head, AboutClient, ClientSigns, Record, form="casework/service-agreement"):
    """个案服务协议与知情同意书: signed before the first service."""

    service_scope: f.Text = f.long(
        "服务内容简述",
        2,
        200,
        need=f.FILL,
        hint="200字以内，说人话。√“每两周上门一次，陪您聊聊，帮您联系药店送药”　×“提供专业支持”",
    )
    service_period: f.Days = f.days("服务期限", need=f.FILL, hint="一般不超过12个月，可续签")
    frequency: f.Text = f.text("预计次数与频率", 60)
    fee_kind: f.Choice = f.choice("服务是否收费", "免费;低偿", need=f.FILL, hint="社工站服务一般免费")
    fee_note: f.Text = f.text(
        "收费说明", 100, need=f.FILL.when(when("fee_kind", "is", "低偿")), hint="项目、金额、依据"
    )
    rights_explained: f.Multi = f.multi(
        "服务对象权利已说明",
        "自愿参与与退出;知情;隐私保密;查阅复制自己的资料;投诉;拒绝录音拍照",
        need=f.FILL,
        hint="念一项，勾一项",
    )
    worker_duties: f.Multi = f.multi(
        "社工责任已说明", "守时;保密;如实记录;不收礼;必要时转介", need=f.FILL, hint="念一项，勾一项"
    )
    confidentiality_limits: f.Multi = f.multi(
        "保密例外已说明",
        "危及本人或他人生命安全;未成年人遭受或疑似遭受侵害(强制报告);法律法规或司法要求;督导与评估(去标识)",
        need=f.FILL,
        source="未成年人保护法第十一条",
        hint="念一项，勾一项",
    )

    @f.looked_up("投诉渠道")
    def complaint_channel(self, context: Context) -> str | None:
        """From the profile."""
        return context.station.station.complaint_channel or None if context.station else None

    consent_general: f.Choice = f.choice(
        "处理一般个人信息",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="由本人勾选；没问过就空着",
    )
    consent_sensitive: f.Choice = f.choice(
        "处理敏感个人信息（健康、困难身份、财务等）",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="单独一项，由本人另勾",
    )
    consent_share: f.Choice = f.choice(
        "向有关部门/机构提供信息",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source="个人信息保护法第二十三条",
        hint="同意的，每次提供前另签《信息提供授权书》",
    )
    consent_media: f.Choice = f.choice(
        "录音录像拍照",
        "不同意;仅存档;可用于宣传(遮脸);可用于宣传(不遮脸)",
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="不同意的不影响服务",
    )
    consent_training: f.Choice = f.choice(
        "去标识后用于督导、评估、培训",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="不同意的不影响服务",
    )

    @f.looked_up("信息保存期限")
    def retention_notice(self, context: Context) -> str | None:
        """The period of case volumes."""
        return notice("case")

    sign_client: Signature | None = sign(
        "服务对象签名",
        need=f.SIGN.when(SIGNS_HERSELF),
        privacy=f.PERSONAL,
        hint="协议念完、问题答完再签；不会写字的按手印",
    )
    sign_guardian: Signature | None = sign(
        "监护人签名", need=f.SIGN.when(GUARDIAN_SIGNS), privacy=f.PERSONAL, hint="监护人本人手写"
    )
    sign_witness: Signature | None = sign(
        "代签人/见证人",
        need=f.SIGN.when(NEEDS_WITNESS),
        privacy=f.PERSONAL,
        hint="手印、代签时要有；不由经办社工见证",
    )
    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )
    seal_operator: Signature | None = seal(
        "运营机构（盖章）", need=f.SIGN, hint="盖运营机构的章，社工站没有自己的章"
    )

    @f.derived("签署日期", Day())
    def signed_on(self) -> date | None:
        """The latest day of the signatures."""
        done = [s for s in self.signature_fields().values() if s and s.done]
        return max((s.on for s in done if isinstance(s.on, date)), default=None)

    withdrawn_on: f.Day = f.day("撤回日期", later=True)
    withdrawal_note: f.Text = f.long(
        "撤回范围及处理",
        2,
        privacy=f.PERSONAL,
        need=f.CLOSE.when(when("withdrawn_on", "filled")),
        source="个人信息保护法第十五条",
        hint="撤回不影响此前已合法进行的处理。√“撤回照片用于宣传，6月2日已从展板取下”　×“已撤回”",
        later=True,
    )
