"""Nobody is served, written about or photographed without having agreed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import Severity
from ...records.fields import Privacy
from ...records.reading import Loaded
from ..case import Case, Remark, day, stated, values
from ..rules import rule

PIPL = "个人信息保护法第十三、十四、二十九、三十一条"
PHOTOS = frozenset({"photos", "portrait"})
_SERVICE = ("assessment", "service-plan", "session-record", "outcome-evaluation", "closing-report")


@rule("CA-04", Severity.ERROR, title="有服务协议才服务", clause=PIPL)
def agreement_exists(case: Case) -> Iterator[Remark]:
    """A case that is worked on has an agreement."""
    if case.of("casework/service-agreement"):
        return
    served = next((one for form in _SERVICE for one in case.of(f"casework/{form}")), None)
    if served:
        hint = "补签《个案服务协议与知情同意书》，并写明补签原因"
        yield Remark(served, "", "还没有服务协议，就有了服务记录", hint)


@rule("CA-04", Severity.ERROR, title="处理个人信息得到同意，敏感的单独同意", clause=PIPL)
def consents_given(case: Case) -> Iterator[Remark]:
    """Refused or never asked, yet written down."""
    agreement = case.last("casework/service-agreement")
    if agreement is None:
        return
    if agreement.record.consent_general == "不同意":
        hint = "停止记录，与督导商量能否继续服务"
        yield Remark(agreement, "consent_general", "服务对象不同意处理个人信息", hint)
    written = _most_sensitive(case)
    if written and _consent(agreement.record, case.client, "consent_sensitive") != "同意":
        one, label = written
        message = f"敏感个人信息没有得到单独同意，{one.path.name}里却填了“{label}”"
        yield Remark(agreement, "consent_sensitive", message, "当面说明后由本人勾选；不同意的，删去敏感内容")


@rule("CA-04", Severity.ERROR, title="满8周岁的本人签协议", clause=PIPL)
def client_signs(case: Case) -> Iterator[Remark]:
    """The client's own signature, before any session."""
    for one, years, capacity in _signing(case):
        own = one.record.sign_client
        if (years is None or years >= 8) and capacity != "无" and not (own and own.done):
            state = own.state if own and own.state else "未签"
            message = f"协议上服务对象本人{state}，已经开始服务"
            yield Remark(one, "sign_client", message, "本人签名或按手印；不愿签的，不能算同意")


@rule("CA-04", Severity.ERROR, title="未成年人、限制或无民事行为能力人由监护人签协议", clause=PIPL)
def guardian_signs(case: Case) -> Iterator[Remark]:
    """The guardian's signature, or the reason why not with the supervisor's approval."""
    for one, years, capacity in _signing(case):
        own = one.record.sign_guardian
        if not ((years is not None and years < 18) or capacity in ("限制", "无")) or (own and own.done):
            continue
        if not stated(case.client.guardian_unavailable):
            # The guardian may be the suspect, so nobody is told to press for the signature.
            hint = "监护人签名；不能签的（包括涉嫌侵害），在登记表里选未能签署的原因，由督导审核"
            yield Remark(one, "sign_guardian", "需要监护人签名，没有签，也没有写原因", hint)
        elif not _approved(case):
            message = f"监护人未签（{case.client.guardian_unavailable}），没有督导审核签名"
            yield Remark(one, "sign_guardian", message, "由督导或站长在接案登记表上审核签名")


@rule("CA-04", Severity.ERROR, title="不满14周岁的由监护人同意处理个人信息", clause=PIPL)
def guardian_consents(case: Case) -> Iterator[Remark]:
    """PIPL Art. 31: the guardian decides about a child's data."""
    notice = case.last("casework/privacy-notice")
    for one, years, _ in _signing(case):
        consent = _consent(notice.record if notice else None, case.client, "consent_guardian")
        excused = stated(case.client.guardian_unavailable) and _approved(case)
        if years is not None and years < 14 and consent != "同意" and not excused:
            hint = "在《个人信息处理告知同意书》上由监护人勾选并签名"
            yield Remark(one, "sign_guardian", "服务对象不满14周岁，没有监护人对处理个人信息的同意", hint)


@rule("CA-23", Severity.WARNING, title="照片有拍照同意", clause=PIPL)
def photos_agreed(case: Case) -> Iterator[Remark]:
    """Photos without the client's consent, general or for that photo."""
    agreement = case.last("casework/service-agreement")
    allowed = agreement.record.consent_media if agreement else None
    if stated(allowed) and allowed != "不同意":
        return
    for one in case.records:
        for name in PHOTOS & set(one.record.specs()):
            for index, photo in enumerate(getattr(one.record, name) or []):
                if not stated(photo.consent):
                    message = f"照片“{photo.brief()}”没有拍照同意（协议：{allowed or '没有问'}）"
                    yield Remark(one, f"{name}.{index}", message, "在照片的“同意依据”里写明，或删去照片")


def _signing(case: Case) -> Iterator[tuple[Loaded, int | None, Any]]:
    """The agreement that is worked under, with the client's age then and capacity."""
    one = case.last("casework/service-agreement")
    if one is None or case.client is None or not case.sessions:
        return
    on = day(case.computed(one, "signed_on")) or day(one.record.form_day())
    yield one, case.client.age_on(on), case.client.civil_capacity


def _consent(record: Any, client: Any, name: str) -> Any:
    """What was ticked on the record, else in the client's own."""
    return getattr(record, name, None) or getattr(client, name, None)


def _approved(case: Case) -> bool:
    intake = case.last("casework/intake")
    review = intake.record.sign_supervisor if intake else None
    return bool(review and review.done)


def _most_sensitive(case: Case) -> tuple[Loaded, str] | None:
    """Some sensitive content of the dossier, the first there is."""
    for one in case.records:
        for _, spec, value in values(one.record):
            if spec.privacy is Privacy.SENSITIVE and stated(value):
                return one, spec.label
    return None
