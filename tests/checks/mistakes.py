"""What goes wrong in a case, one fact at a time: `代号_英文说明` → the changes to
the sample that bring it about. `ALSO` names what cannot but be found as well."""

from __future__ import annotations

from sample_case import Change, add, copy, remove, same_narrative, swap

_SIGNED_LATER = swap(
    "session-record-0003.yaml",
    "sign_worker: {state: 已签, on: 2026-04-02",
    "sign_worker: {state: 已签, on: 2026-04-12",
)

CASES: dict[str, list[Change]] = {
    "CA-01_agreement_after_first_session": [
        swap("service-agreement.yaml", "on: 2026-03-06, ", "on: 2026-03-10, "),
    ],
    "CA-01_agreement_before_intake": [
        swap("service-agreement.yaml", "on: 2026-03-06, ", "on: 2026-03-04, "),
        swap("service-agreement.yaml", "filled_on: 2026-03-06", "filled_on: 2026-03-04"),
    ],
    "CA-02_assessed_before_intake": [
        swap("assessment.yaml", "assessed_on: 2026-03-16", "assessed_on: 2026-03-01"),
    ],
    "CA-02_worked_on_goals_before_the_plan": [
        swap("service-plan.yaml", "planned_on: 2026-03-18", "planned_on: 2026-03-19"),
    ],
    "CA-02_closed_before_evaluation": [
        swap("outcome-evaluation.yaml", "evaluated_on: 2026-06-17", "evaluated_on: 2026-07-10"),
    ],
    "CA-02_followed_up_on_the_closing_day": [
        swap("follow-up-0001.yaml", "followed_on: 2026-08-10", "followed_on: 2026-07-09"),
        swap("follow-up-0001.yaml", "filled_on: 2026-08-10", "filled_on: 2026-07-09"),
    ],
    "CA-03_typed_next_year": [
        swap("follow-up-0002.yaml", "entered_on: 2026-10-09", "entered_on: 2027-10-09"),
    ],
    "CA-03_served_after_leaving": [
        swap("recordkit.toml", "from = 2024-07-15", "from = 2024-07-15\nuntil = 2026-09-30"),
    ],
    "CA-04_no_agreement": [remove("service-agreement.yaml")],
    "CA-04_sensitive_consent_refused": [
        swap("service-agreement.yaml", "consent_sensitive: 同意", "consent_sensitive: 不同意"),
    ],
    "CA-04_consent_refused": [
        swap("service-agreement.yaml", "consent_general: 同意", "consent_general: 不同意"),
    ],
    "CA-04_client_refused_to_sign": [
        swap("service-agreement.yaml", "sign_client: {state: 已签", "sign_client: {state: 拒签"),
    ],
    "CA-04_guardian_not_asked": [
        swap("client-record.yaml", "civil_capacity: 完全", "civil_capacity: 限制"),
    ],
    "CA-04_guardian_missing_without_review": [
        swap(
            "client-record.yaml",
            "civil_capacity: 完全",
            "civil_capacity: 限制\nguardian_unavailable: 监护人涉嫌侵害",
        ),
        swap("intake.yaml", "sign_supervisor: {state: 已签", "sign_supervisor: {state: 未签"),
    ],
    "CA-04_child_without_guardians_consent": [
        swap("client-record.yaml", "birth_date: 1948-09-17", "birth_date: 2014-09-17"),
    ],
    "CA-05_goal_without_result": [
        swap("outcome-evaluation.yaml", "    level: 部分达成\n", ""),
    ],
    "CA-05_goal_without_due_date": [swap("service-plan.yaml", "    due: 2026-06-10\n", "")],
    "CA-06_problem_without_goal": [swap("service-plan.yaml", "problem_no: P4", "problem_no: P3")],
    "CA-07_session_number_twice": [swap("session-record-0005.yaml", "session_no: 5", "session_no: 6")],
    "CA-07_silence_longer_than_the_station_allows": [
        swap("recordkit.toml", "contact_gap_days = 30", "contact_gap_days = 14"),
    ],
    "CA-09_reviewed_own_work": [swap("assessment.yaml", "by: W01", "by: S01")],
    "CA-09_supervisor_signed_first": [
        swap(
            "assessment.yaml",
            "sign_worker: {state: 已签, on: 2026-03-16",
            "sign_worker: {state: 已签, on: 2026-03-20",
        ),
    ],
    "CA-10_revised_without_reason": [swap("service-plan.yaml", "\nversion: 1", "\nversion: 2")],
    "CA-10_revised_without_new_signature": [
        swap("service-plan.yaml", "\nversion: 1", "\nversion: 2\nrevision_reason: 5月起儿子接回同住"),
        swap("service-plan.yaml", "sign_client: {state: 已签, on: 2026-03-18", "sign_client: {state: 未签"),
    ],
    "CA-12_never_followed_up": [remove("follow-up-0001.yaml", "follow-up-0002.yaml")],
    "CA-13_two_sessions_at_once": [
        swap("recordkit.toml", "contact_gap_days = 30", "contact_gap_days = 60"),
        swap("session-record-0004.yaml", "session_date: 2026-04-21", "session_date: 2026-04-02"),
        swap("session-record-0004.yaml", "filled_on: 2026-04-21", "filled_on: 2026-04-02"),
        swap("session-record-0004.yaml", "time_range: 10:00至10:35", "time_range: 15:00至15:30"),
    ],
    "CA-13_thirteen_hours_a_day": [swap("session-record-0003.yaml", "hours_travel: 0.5", "hours_travel: 12")],
    "CA-14_written_three_days_later": [
        swap("session-record-0003.yaml", "filled_on: 2026-04-02", "filled_on: 2026-04-05"),
        _SIGNED_LATER,
    ],
    "CA-14_written_ten_days_later_without_reason": [
        swap("session-record-0003.yaml", "filled_on: 2026-04-02", "filled_on: 2026-04-12"),
        _SIGNED_LATER,
    ],
    "CA-15_narrative_pasted": [same_narrative("session-record-0004.yaml", "session-record-0005.yaml")],
    "CA-17_seventy_eight_and_of_high_age": [swap("client-record.yaml", "空巢老年人", "高龄老年人")],
    "CA-17_born_a_century_too_early": [
        swap("client-record.yaml", "birth_date: 1948-09-17", "birth_date: 1848-09-17"),
        swap("client-record.yaml", 'id_no: "370102194809170005"', "id_no: 不详"),
    ],
    "CA-18_birth_date_of_somebody_else": [
        swap("client-record.yaml", "birth_date: 1948-09-17", "birth_date: 1948-09-16"),
    ],
    "CA-18_sex_of_somebody_else": [
        swap("client-record.yaml", "gender: 女\nbirth_date", "gender: 男\nbirth_date")
    ],
    "CA-18_passport_number_as_identity_card": [
        swap("client-record.yaml", 'id_no: "370102194809170005"', 'id_no: "E12345678"'),
    ],
    "CA-20_all_achieved_without_evidence": [
        swap("outcome-evaluation.yaml", "level: 部分达成", "level: 达成"),
        swap("outcome-evaluation.yaml", "    evidence: LX01-GA-2026-0007-11-1\n", ""),
    ],
    "CA-20_satisfaction_as_indicator": [
        swap("service-plan.yaml", "indicator: 申请办理进度", "indicator: 对服务的满意度"),
    ],
    "CA-23_photo_without_consent": [
        add("home-visit-0001.yaml", "photos:\n  - {file: attachments/genogram.png, title: 卫生间}"),
    ],
    "SG-01_edited_after_signing": [
        swap("follow-up-0001.yaml", "by: S01, proof: {", 'by: S01, proof: {mark: "0000", '),
    ],
    "SG-01_signature_of_version_1": [
        swap("follow-up-0001.yaml", "by: S01, proof: {", 'by: S01, proof: {version: "1", '),
        swap("follow-up-0001.yaml", "\nversion: 1", "\nversion: 2"),
    ],
    "SG-02_signed_before_it_was_written": [
        swap(
            "follow-up-0001.yaml",
            "sign_worker: {state: 已签, on: 2026-08-10",
            "sign_worker: {state: 已签, on: 2026-08-09",
        ),
    ],
    "RF-01_visitor_nobody_knows": [swap("home-visit-0001.yaml", "  - S02", "  - S09")],
    "RF-02_somebody_elses_record": [swap("home-visit-0001.yaml", "LX01-FW-000123", "LX01-FW-000124")],
    "RF-03_goal_nobody_set": [swap("session-record-0002.yaml", "  - G4\n", "  - G9\n")],
    "RF-03_problem_nobody_found": [swap("service-plan.yaml", "problem_no: P4", "problem_no: P9")],
    "RF-04_evidence_not_here": [
        swap("outcome-evaluation.yaml", "LX01-GA-2026-0007-11-1", "LX01-GA-2026-0007-11-9"),
    ],
    "RF-05_number_used_twice": [
        swap("session-record-0005.yaml", "LX01-GA-2026-0007-06-5", "LX01-GA-2026-0007-06-4"),
    ],
    "RF-06_intake_of_another_case": [
        swap("intake.yaml", "case_no: LX01-GA-2026-0007", "case_no: LX01-GA-2026-0008"),
    ],
    "AT-01_picture_lost": [remove("attachments/genogram.png")],
    "AT-01_picture_elsewhere": [
        swap("assessment.yaml", "file: attachments/genogram.png", "file: ../../recordkit.toml"),
    ],
    "AT-02_picture_changed": [
        swap(
            "assessment.yaml",
            "{file: attachments/genogram.png",
            '{sha256: "00ff", file: attachments/genogram.png',
        ),
    ],
    "OT-01_other_without_text": [swap("intake.yaml", "  - 丧亲/临终\n", "  - 丧亲/临终\n  - 其他\n")],
    "OT-02_text_without_other": [add("intake.yaml", "problem_types_other: 噪声扰民")],
    "WS-01_sync_conflict": [copy("intake.yaml", "intake (冲突 2026-03-06).yaml")],
    "WS-01_copied_by_hand": [copy("intake.yaml", "intake - 副本.yaml")],
    "WS-01_downloaded_twice": [copy("intake.yaml", "intake(1).yaml")],
    "WS-01_from_another_machine": [copy("intake.yaml", "intake-DESKTOP-7Q2K.yaml")],
    "WV-01_no_such_rule": [add("intake.yaml", "waivers:\n  - {rule: CA-99, reason: 已说明}")],
    "WV-01_no_reason": [add("intake.yaml", "waivers:\n  - {rule: CA-07}")],
    "WV-01_integrity_cannot_be_waived": [
        add("intake.yaml", "waivers:\n  - {rule: SG-01, reason: 只改了错字}")
    ],
}

ALSO: dict[str, set[str]] = {
    "CA-04_no_agreement": {"CA-12"},
    "CA-04_child_without_guardians_consent": {"CA-17", "CA-18", "NEED-1"},
    "CA-10_revised_without_reason": {"NEED-1"},
    "RF-03_problem_nobody_found": {"CA-06"},
}
