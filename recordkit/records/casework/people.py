"""建档: who the person is, and what was said about the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import fields as f
from ..common import (
    CONSENTS,
    GUARDIAN_SIGNS,
    NEEDS_WITNESS,
    PIPL_CONSENT,
    SIGNS_HERSELF,
    AboutClient,
    ClientSigns,
    Head,
)
from ..conditions import when
from ..model import Record
from ..parts import Attachment, Signature, files, sign
from ..person import Category, Family, Guardian, Person
from ..retention import notice

if TYPE_CHECKING:
    from ..context import Context


class ClientRecord(Head, Person, Guardian, Category, Family, Record, form="casework/client-record"):
    """服务对象基本信息登记表: the one record of a person that every other form reads."""

    client_no: f.Text = f.assigned("服务对象编号")
    portrait: list[Attachment] | None = files("本人照片", privacy=f.SENSITIVE)
    assistance_cert_no: f.Text = f.text("低保/特困证号", 30, privacy=f.SENSITIVE)
    difficulty_summary: f.Text = f.long(
        "主要困难概述",
        3,
        privacy=f.SENSITIVE,
        hint="√“每月养老金1,860元，药费约700元，三楼无电梯，膝痛半年没下过楼”　×“生活困难，需要帮助”",
    )
    notice_given: f.YesNo = f.yes_no(
        "已告知信息处理事项",
        need=f.FILL,
        source="个人信息保护法第十七条",
        hint="先念《个人信息处理告知同意书》，再建档",
    )
    notice_on: f.Day = f.day("告知日期", need=f.FILL, hint="念给本人听的那一天")
    consent_general: f.Choice = f.choice(
        "一般个人信息处理同意",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="与《告知同意书》上的勾选一致；没问过就空着",
    )
    consent_sensitive: f.Choice = f.choice(
        "敏感个人信息单独同意",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="健康、困难身份、收入等须单独同意；没问过就空着",
    )
    consent_guardian: f.Choice = f.choice(
        "不满14周岁监护人同意",
        CONSENTS,
        privacy=f.PERSONAL,
        source="个人信息保护法第三十一条",
        need=f.FILL.when(when("age", "under", 14)),
        hint="不满14周岁的由监护人决定",
    )
    consent_scan: list[Attachment] | None = files(
        "同意书扫描件",
        privacy=f.SENSITIVE,
        need=f.CLOSE.when(
            when("consent_general", "is", "同意")
            | when("consent_sensitive", "is", "同意")
            | when("consent_guardian", "is", "同意")
        ),
        hint="用 recordkit attach 归入签好的《告知同意书》",
    )
    created_on: f.Day = f.day("建档日期", need=f.FILL, hint="不早于告知日期")
    record_status: f.Choice = f.choice(
        "档案状态", "在档;迁出;去世;销户;已合并", need=f.FILL, hint="重复建档的选“已合并”"
    )
    merged_into: f.Text = f.ref(
        "合并至",
        "服务对象编号",
        privacy=f.PERSONAL,
        need=f.FILL.when(when("record_status", "is", "已合并")),
        hint="保留的那份档案的编号",
    )
    sign_client: Signature | None = sign(
        "服务对象签名",
        privacy=f.PERSONAL,
        need=f.SIGN.when(when("age", "from", 8) & when("civil_capacity", "is_not", "无")),
        hint="念给本人听过再签；不会写字的按手印，状态写“手印”",
    )
    sign_guardian: Signature | None = sign(
        "监护人签名",
        privacy=f.PERSONAL,
        need=f.SIGN.when(
            (when("age", "under", 18) | when("civil_capacity", "is", "限制", "无"))
            & when("guardian_unavailable", "empty")
        ),
        hint="监护人本人手写；签不了的，填“监护人未能签署的原因”",
    )
    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )


class PrivacyNotice(Head, AboutClient, ClientSigns, Record, form="casework/privacy-notice"):
    """个人信息处理告知同意书: the notice of PIPL Art. 17 and the consents of Art. 29, 31."""

    @f.looked_up("处理者名称与联系方式")
    def handler(self, context: Context) -> str | None:
        """Station, operator and telephone."""
        if not context.station:
            return None
        station = context.station.station
        parts = [station.name, f"（运营机构：{station.operator}）" if station.operator else ""]
        return "".join(parts) + (f"，电话{station.phone}" if station.phone else "")

    purposes: f.Multi = f.multi(
        "处理目的",
        "建档与联系;个案/小组/社区服务;协助申请救助;服务统计与评估",
        need=f.FILL,
        hint="只勾本次真正要用的",
    )
    data_kinds: f.Multi = f.multi(
        "处理的信息种类",
        "身份与联系方式;家庭情况;困难身份;健康状况;收入情况;照片影像",
        need=f.FILL,
        hint="只勾真正会收集的，不需要的不收",
    )

    @f.looked_up("处理方式与保存期限")
    def retention_notice(self, context: Context) -> str | None:
        """The period of client files."""
        return notice("visits")

    recipients: f.Multi = f.multi(
        "可能提供给谁",
        "街道（镇）;民政部门;评估机构(遮挡件);转介单位(另行授权)",
        need=f.FILL,
        hint="没有勾的，不得提供",
    )

    @f.looked_up("权利与途径")
    def rights(self, context: Context) -> str | None:
        """What the person may ask for, and where."""
        if not context.station:
            return None
        station = context.station.station
        where = "，".join(
            part for part in (station.phone and f"电话{station.phone}", station.address) if part
        )
        return f"您可以查阅、复制、更正、补充、删除自己的信息，也可以随时撤回同意：{where}。"

    consent_general: f.Choice = f.choice(
        "处理一般个人信息",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="念完再由本人勾",
    )
    consent_sensitive: f.Choice = f.choice(
        "处理敏感个人信息（单独同意）",
        CONSENTS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source=PIPL_CONSENT,
        hint="单独一项，由本人另勾",
    )
    consent_guardian: f.Choice = f.choice(
        "不满14周岁监护人同意",
        CONSENTS,
        privacy=f.PERSONAL,
        source="个人信息保护法第三十一条",
        need=f.FILL.when(when("client_age", "under", 14)),
        hint="不满14周岁的由监护人勾",
    )
    sign_client: Signature | None = sign(
        "服务对象签名",
        need=f.SIGN.when(SIGNS_HERSELF),
        privacy=f.PERSONAL,
        hint="念完再签；不会写字的按手印，请见证人签名",
    )
    sign_guardian: Signature | None = sign(
        "监护人签名", need=f.SIGN.when(GUARDIAN_SIGNS), privacy=f.PERSONAL, hint="监护人本人手写"
    )
    sign_witness: Signature | None = sign(
        "见证人签名",
        need=f.SIGN.when(NEEDS_WITNESS),
        privacy=f.PERSONAL,
        hint="手印、代签时要有；不由经办社工见证",
    )
    sign_worker: Signature | None = sign(
        "社会工作者", need=f.SIGN, privacy=f.PERSONAL, hint="本人手写，不代签、不打印姓名"
    )
