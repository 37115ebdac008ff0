"""个案工作: one class per form, in the order of the helping process.

Stages and forms follow MZ/T 094—2017; fields without a `source` of their own
are established practice.
"""

from .closing import ClosingReport, FollowUp, OutcomeEvaluation
from .opening import ClientRecord, Intake, PrivacyNotice, ServiceAgreement
from .planning import Assessment, ServicePlan
from .service import AssistanceApplication, HomeVisit, SessionRecord

__all__ = [
    "Assessment",
    "AssistanceApplication",
    "ClientRecord",
    "ClosingReport",
    "FollowUp",
    "HomeVisit",
    "Intake",
    "OutcomeEvaluation",
    "PrivacyNotice",
    "ServiceAgreement",
    "ServicePlan",
    "SessionRecord",
]
