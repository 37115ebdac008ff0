"""The forms keep the conventions that the engine, the printed page and people rely on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from strategies import MODELS

from recordkit.errors import NotFound
from recordkit.records import kinds
from recordkit.records.casework import ClientRecord, FollowUp, Intake, ServicePlan
from recordkit.records.conditions import Condition, Test, when
from recordkit.records.context import Context
from recordkit.records.fields import Nature, Spec
from recordkit.records.kinds import OTHER, Long, Nested
from recordkit.records.model import Block, Record, form_class, under_14
from recordkit.records.reading import ENVELOPE


def blocks(block: type[Block]) -> Iterator[type[Block]]:
    """The block and every part and row within."""
    yield block
    for spec in block.specs().values():
        if isinstance(spec.kind, Nested):
            yield from blocks(spec.kind.part)


BLOCKS = list(dict.fromkeys(inner for model in MODELS for inner in blocks(model)))
FIELDS = [
    pytest.param(block, name, spec, id=f"{block.__name__}.{name}")
    for block in BLOCKS
    for name, spec in block.specs().items()
]
CONDITIONS = [
    pytest.param(model, spec.need.condition, id=f"{model.__name__}.{name}")
    for model in MODELS
    for name, spec in model.specs().items()
    if spec.need and spec.need.condition
]
every_form = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.form_id)
every_field = pytest.mark.parametrize(("block", "name", "spec"), FIELDS)
every_condition = pytest.mark.parametrize(("model", "condition"), CONDITIONS)


def asked_by(condition: Condition) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from asked_by(part)


def target(model: type[Record], path: str) -> Spec | None:
    if path.startswith("client."):
        return ClientRecord.spec_at(path.removeprefix("client."))
    return model.spec_at(path)


@every_form
def test_a_form_is_found_by_its_name(model):
    assert form_class(model.form_id) is model


@pytest.mark.parametrize(
    "name", ["casework/nothing", "nothing", "", "../intake", "casework/record", "fields/kind", "casework/"]
)
def test_other_names_are_no_forms(name):
    with pytest.raises(NotFound):
        form_class(name)


@every_field
def test_identifiers_are_ascii_and_labels_are_there(block, name, spec):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert spec.label.strip() == spec.label != ""
    assert name not in ENVELOPE or not issubclass(block, Record)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_no_two_fields_of_a_block_share_a_label(block):
    labels = [spec.label for spec in block.specs().values()]

    assert sorted(labels) == sorted(set(labels))


@every_field
def test_an_option_list_with_other_has_its_text_field_right_behind(block, name, spec):
    if OTHER in spec.kind.options():
        names = list(block.specs())
        assert spec.kind.options()[-1] == OTHER
        assert names[names.index(name) + 1] == f"{name}_other"
        assert block.specs()[f"{name}_other"].privacy == spec.privacy
        assert block.specs()[f"{name}_other"].label == f"{spec.label}（其他）"


@every_field
def test_the_text_of_other_belongs_to_an_option_list_with_other(block, name, spec):
    if name.endswith("_other"):
        assert OTHER in block.specs()[name.removesuffix("_other")].kind.options()


@every_field
def test_options_are_distinct_and_have_no_blanks_around(block, name, spec):
    options = list(spec.kind.options())

    assert len({kinds.folded(option) for option in options}) == len(options)
    assert [option.strip() for option in options] == options
    assert not [option for option in options if re.search(r"[；;：:]", option)]


@every_form
def test_every_required_and_every_long_field_has_a_hint(model):
    missing = [
        f"{name} {spec.label}"
        for name, spec in model.specs().items()
        if spec.nature is Nature.TYPED and not spec.hint and (spec.need or isinstance(spec.kind, Long))
    ]

    assert missing == []


@every_form
def test_the_hint_of_a_narrative_shows_a_good_and_a_bad_example(model):
    missing = [
        f"{name} {spec.hint}"
        for name, spec in model.specs().items()
        if spec.nature is Nature.TYPED
        and isinstance(spec.kind, Long)
        and not re.search("√.+　×.+", spec.hint)
    ]

    assert missing == []


@every_condition
def test_a_condition_asks_fields_that_exist_for_values_they_can_have(model, condition):
    for test in asked_by(condition):
        spec = target(model, test.field)
        assert spec, test.field
        if test.op in ("is", "is_not") and spec.kind.options() and not isinstance(spec.kind, kinds.YesNo):
            assert set(test.values) <= set(spec.kind.options()), test.field
        if test.op in ("starts", "ends"):
            assert any(getattr(o, f"{test.op}with")(test.values) for o in spec.kind.options()), test.field


@every_condition
def test_a_condition_is_said_in_the_words_of_the_form(model, condition):
    said = condition.says(model.label_of)

    assert not re.search(r"[a-z]_|True|False|\{", said)
    for test in asked_by(condition):
        assert model.label_of(test.field) in said


@every_condition
def test_a_condition_can_be_asked_of_an_empty_record_without_surroundings(model, condition):
    assert condition.holds(model(), None) in (True, False)
    assert condition.holds(model(), Context()) in (True, False)


def test_words_of_a_condition_keep_and_apart_from_or():
    condition = (when("source", "is", "网络") | when("late_entry", "is", True)) & when("urgency", "filled")

    assert condition.says(Intake.label_of) == "（个案来源为“网络”，或补录标记为“是”），且紧急程度已填写"


def test_an_unknown_comparison_is_a_mistake_of_the_author():
    with pytest.raises(ValueError, match="unknown condition"):
        when("source", "like", "网络")


@pytest.mark.parametrize(
    ("model", "path", "label"),
    [
        (Intake, "source", "个案来源"),
        (ServicePlan, "goals.due", "完成期限"),
        (Intake, "client.civil_capacity", "民事行为能力"),
        (Intake, "sign_worker.proof.paper", "纸质原件位置"),
        (Intake, "nothing.here", "nothing.here"),
    ],
)
def test_labels_are_found_by_path(model, path, label):
    assert model.label_of(path) == label


@every_form
def test_the_head_comes_first_in_every_form(model):
    stored = [name for name, spec in model.specs().items() if spec.stored]

    assert stored[:3] == ["form_no", "filled_on", "entered_on"]


@every_form
def test_an_empty_record_computes_everything_without_surroundings(model):
    record = model()
    for name in model.specs():
        for context in (None, Context()):
            record.value_of(name, context)

    assert re.fullmatch("[0-9A-F]{4}", record.mark())
    assert not record.is_signed


@every_form
def test_a_record_of_unstated_facts_computes_everything_too(model):
    record = model(
        **{
            name: "不详"
            for name, spec in model.specs().items()
            if spec.stored and not isinstance(spec.kind, Nested)
        }
    )
    for name, spec in model.specs().items():
        value = record.value_of(name, Context(client=ClientRecord(birth_date="不详", age_estimated="不详")))
        assert value is None or spec.kind.show(value)

    assert record.mark()


def test_signing_and_scanning_do_not_change_the_mark_but_content_does():
    record = FollowUp(mode="电话", respondent="本人")
    signed = FollowUp(mode="电话", respondent="本人", sign_worker="已签 2026-03-05", signed_scan=["scan.jpg"])

    assert signed.mark() == record.mark()
    assert signed.is_signed
    assert FollowUp(mode="电话", respondent="其子").mark() != record.mark()


def test_a_record_about_a_child_is_sensitive_as_a_whole():
    context = Context(client=ClientRecord(birth_date="2015-01-01"))

    assert under_14(Intake(filled_on="2026-03-05"), context)
    assert not under_14(Intake(filled_on="2029-03-05"), context)
    assert not under_14(Intake(filled_on="不详"), context)


@every_form
def test_the_schema_of_a_file_names_every_stored_field(model):
    schema = model.file_schema()

    assert set(schema["properties"]) == {name for name, spec in model.specs().items() if spec.stored}
