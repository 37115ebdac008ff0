"""个案工作: one class per form, in the order of the helping process.

Stages and forms follow MZ/T 094—2017; fields without a `source` of their own
are established practice. A form's module is imported when its class is first
asked for: a program that prints one form does not build the models of all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .closing import ClosingReport, FollowUp, OutcomeEvaluation
    from .opening import Intake, ServiceAgreement
    from .people import ClientRecord, PrivacyNotice
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
_MODULES = {
    "people": ("ClientRecord", "PrivacyNotice"),
    "opening": ("Intake", "ServiceAgreement"),
    "planning": ("Assessment", "ServicePlan"),
    "service": ("AssistanceApplication", "HomeVisit", "SessionRecord"),
    "closing": ("ClosingReport", "FollowUp", "OutcomeEvaluation"),
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f".{_WHERE[name]}", __name__), name)
