"""Which rules concern a form, and which of its fields they look at.

The rules themselves know only records; here stands where each of them looks, so
that a guide can say it beside the field. The tests compare it with what every
rule remarks on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..checks.casework.consent import PHOTOS
from ..checks.casework.order import AHEAD, SIGNERS
from ..checks.rules import RULES, Rule
from ..forms import Form
from ..forms.definition import Section
from ..records import kinds
from ..records.fields import Spec

# Rule → where it looks, as `form.field …`; a form alone stands for the whole of it.
_PLACES = {
    "agreement_exists": "service-agreement assessment service-plan session-record outcome-evaluation closing-report",
    "consents_given": "service-agreement.consent_general service-agreement.consent_sensitive"
    " privacy-notice.consent_sensitive",
    "client_signs": "service-agreement.sign_client",
    "guardian_signs": "service-agreement.sign_guardian client-record.guardian_unavailable intake.sign_supervisor",
    "guardian_consents": "service-agreement.sign_guardian privacy-notice.consent_guardian",
    "agreement_first": "intake.intake_date service-agreement.sign_client session-record.session_date",
    "stages_in_order": "intake.intake_date assessment.assessed_on service-plan.planned_on"
    " session-record.session_date outcome-evaluation.evaluated_on closing-report.closed_on follow-up.followed_on",
    "every_goal_has_result": "outcome-evaluation.goal_results service-plan.goals closing-report",
    "goals_can_be_measured": "service-plan.goals",
    "every_problem_has_goal": "assessment.problems service-plan.goals",
    "revision_agreed": "service-plan.revision_reason service-plan.sign_client",
    "success_has_evidence": "outcome-evaluation.goal_results",
    "satisfaction_is_no_outcome": "service-plan.goals",
    "category_fits_age": "client-record.client_category",
    "birth_is_believable": "client-record.birth_date",
    "number_fits_person": "client-record.id_no client-record.birth_date client-record.gender",
    "numbered_through": "session-record.session_no",
    "kept_in_touch": "service-agreement session-record.session_date home-visit.visit_time closing-report.closed_on",
    "one_place_at_a_time": "session-record.time_range",
    "possible_hours": "session-record.time_range session-record.hours_travel session-record.hours_paperwork"
    " session-record.hours_coordination",
    "not_copied": "session-record.narrative",
    "complete_volume": "closing-report",
    "other_case": "intake.case_no",
    "late_unmarked": "intake.late_entry session-record.late_entry home-visit.late_entry follow-up.late_entry"
    " intake.filled_on session-record.filled_on home-visit.filled_on follow-up.filled_on",
    "late_without_reason": "intake.late_entry_reason session-record.late_entry_reason"
    " home-visit.late_entry_reason follow-up.late_entry_reason"
    " intake.filled_on session-record.filled_on home-visit.filled_on follow-up.filled_on",
}


def _names(to: str) -> Callable[[Form, str, Spec], bool]:
    """Whether a field holds numbers of such things."""
    return lambda form, path, spec: (
        to in str(getattr(spec.kind, "to", "") or getattr(spec.kind, "source", ""))
    )


def _called(*names: str) -> Callable[[Form, str, Spec], bool]:
    return lambda form, path, spec: path in names


def _signature(form: Form, path: str, spec: Spec) -> bool:
    return isinstance(spec.kind, kinds.Sign)


def _with_other(form: Form, path: str, spec: Spec) -> bool:
    return form.spec_at(f"{path}_other") is not None


def _attached(form: Form, path: str, spec: Spec) -> bool:
    return isinstance(spec.kind, kinds.Files | kinds.Picture)


# Rules about every field of a sort, on whatever form it stands.
_SORTS: dict[str, Callable[[Form, str, Spec], bool]] = {
    "no_future": lambda form, path, spec: (
        spec.stored
        and isinstance(spec.kind, kinds.Day | kinds.DayTime)
        and path.rpartition(".")[2] not in AHEAD
    ),
    "worker_in_office": _called("worker", "visitors", "filled_by"),
    "supervised_by_another": _called("sign_supervisor"),
    "signed_in_order": _called(*SIGNERS),
    "photos_agreed": _called(*PHOTOS),
    "unexplained": _with_other,
    "unticked": _with_other,
    "unknown_staff": _names("人员编号"),
    "other_client": _called("client_no"),
    "unknown_goal": lambda form, path, spec: (
        _names("目标编号")(form, path, spec) or _names("问题编号")(form, path, spec)
    ),
    "unknown_evidence": _names("表单编号"),
    "absent": _attached,
    "altered": _attached,
    "changed": _signature,
    "signed_before_written": _signature,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A rule that concerns a form, and the fields it looks at; none: the whole form."""

    rule: Rule
    paths: tuple[str, ...]


def rules_of(form: Form) -> list[Looked]:
    """The rules that concern the form, in the order of their codes."""
    places = [(rule, _looks_at(rule, form)) for rule in RULES]
    found = [Looked(rule, paths) for rule, paths in places if paths is not None]
    return sorted(found, key=lambda looked: looked.rule.code)


def _looks_at(rule: Rule, form: Form) -> tuple[str, ...] | None:
    """The fields of the form that the rule looks at; None when it is not concerned."""
    name = rule.check.__name__
    if name in _SORTS:
        fits = _SORTS[name]
        return tuple(path for path, spec in fields(form) if fits(form, path, spec)) or None
    said = [place.partition(".") for place in _PLACES.get(name, "").split()]
    mine = [path for slug, _, path in said if f"casework/{slug}" == form.id]
    if not mine:
        return None
    return tuple(path for path, _ in fields(form) if path in mine)


def fields(form: Form, columns: bool = True) -> Iterator[tuple[str, Spec]]:
    """Every field the form shows, in its order, each once; a table's columns behind the table."""
    shown: set[str] = set()
    for section in form.sections:
        for path, spec in fields_in(form, section, shown):
            if columns or "." not in path or path in form.local:
                yield path, spec


def fields_in(form: Form, section: Section, shown: set[str]) -> Iterator[tuple[str, Spec]]:
    """The fields of one section that are not yet among the `shown`, and enters them there."""
    columns = (f"{section.table}.{item.field}" for item in section.items) if section.table else ()
    for path in (*section.names(), *columns):
        spec = form.spec_at(path)
        if spec and path not in shown:
            shown.add(path)
            yield path, spec
