"""Identity numbers and phones prove themselves."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import identity_numbers

from recordkit.records.identity import age, check_digit, identity
from recordkit.records.phones import phone

# Born in Jinan's Lixia in 1979, before the list of area codes that others check against.
JINAN_1979 = "37010219790817002" + check_digit("37010219790817002")


def test_the_example_of_the_standard_has_its_check_digit():
    assert check_digit("11010519491231002") == "X"


def test_a_number_of_1979_from_jinan_is_accepted():
    assert identity(JINAN_1979).birth == date(1979, 8, 17)
    assert identity(JINAN_1979).gender == "女"


@given(identity_numbers(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, shift):
    digits = "0123456789X" if place == 17 else "0123456789"
    wrong = digits[(digits.index(number[place]) + shift) % len(digits)]

    with pytest.raises(ValueError, match="身份证号"):
        identity(number[:place] + wrong + number[place + 1 :])


@given(identity_numbers(), st.integers(0, 15))
def test_two_neighbours_changed_about_are_always_found(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        with pytest.raises(ValueError, match="身份证号"):
            identity(swapped)


@pytest.mark.parametrize("born", ["19790230", "19791301", "19790000"])
def test_a_birth_date_no_calendar_has_is_told_although_the_check_digit_is_right(born):
    digits = f"370102{born}002"
    with pytest.raises(ValueError, match="不是真实的日期"):
        identity(digits + check_digit(digits))


def test_nobody_is_born_tomorrow():
    digits = "37010220260306002"
    number = digits + check_digit(digits)

    assert identity(number, today=date(2026, 3, 6)).birth == date(2026, 3, 6)
    with pytest.raises(ValueError, match="将来"):
        identity(number, today=date(2026, 3, 5))


def test_a_birth_in_2099_is_refused_without_being_told_the_day():
    digits = "37010220990101002"
    with pytest.raises(ValueError, match="将来"):
        identity(digits + check_digit(digits))


@pytest.mark.parametrize(
    "number",
    ["37010219790817002", "370102790817002", "37010219790817002x", "３７０１０２１９７９０８１７００２X", ""],
)
def test_other_lengths_and_characters_are_no_identity_number(number):
    with pytest.raises(ValueError, match="应为18位"):
        identity(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800001726", "13800001726"),
        ("138 0000 1726", "13800001726"),
        ("138-0000-1726", "13800001726"),
        ("+86 13800001726", "13800001726"),
        ("0531-88881234", "0531-88881234"),
        ("(0531)88881234", "0531-88881234"),
        ("0531—88881234", "0531-88881234"),
        ("0531-88881234-806", "0531-88881234-806"),
        ("0531-88881234转806", "0531-88881234-806"),
        ("88881234", "88881234"),
        ("110", "110"),
        ("12345", "12345"),
        ("95588", "95588"),
        ("400-100-2000", "400-100-2000"),
    ],
)
def test_phones_are_read_and_their_separators_unified(text, number):
    assert phone(text) == number
    assert phone(number) == number


@pytest.mark.parametrize(
    "text", ["1380000172", "138000017266", "12800001726", "有", "13800001726、13800001727", "1٣٨٠٠٠٠١٧٢٦", ""]
)
def test_what_cannot_be_dialled_is_refused(text):
    with pytest.raises(ValueError, match="不像电话号码"):
        phone(text)


@pytest.mark.parametrize(
    ("on", "years"),
    [
        (date(2026, 8, 16), 46),
        (date(2026, 8, 17), 47),
        (date(1979, 8, 17), 0),
    ],
)
def test_age_counts_full_years(on, years):
    assert age(date(1979, 8, 17), on) == years


def test_one_born_on_29_february_grows_older_on_1_march():
    assert age(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert age(date(2012, 2, 29), date(2026, 3, 1)) == 14
