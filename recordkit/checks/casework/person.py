"""Who the client is: age, groups, identity number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...errors import Severity
from ...records.dates import print_day
from ...records.identity import identity
from ..case import Case, Remark, day, numbers, stated
from ..rules import CASEWORK, rule

_OLDEST_DAYS = 130 * 366
# Category → ages it is for, from the first to before the second.
AGES: Mapping[str, tuple[int, int]] = {
    "孤儿": (0, 18),
    "事实无人抚养儿童": (0, 18),
    "其他困境儿童": (0, 18),
    "留守儿童": (0, 18),
    "流动儿童": (0, 18),
    "独居老年人": (60, 200),
    "空巢老年人": (60, 200),
    "失能/半失能老年人": (60, 200),
    "高龄老年人": (80, 200),
}


@rule("CA-17", Severity.WARNING, title="服务对象类别与年龄相符", clause=CASEWORK, alone=True)
def category_fits_age(case: Case) -> Iterator[Remark]:
    """A category of another age; a child's category lapses at eighteen."""
    for one in case.of("casework/client-record"):
        years = one.record.age_on(case.today or day(one.record.form_day()))
        for category in numbers(one.record.client_category) if years is not None else []:
            low, high = AGES.get(category, (0, 200))
            if not low <= years < high:
                message = f"{years}岁，与类别“{category}”不符"
                yield Remark(one, "client_category", message, "更新服务对象类别，或核对出生日期")


@rule("CA-17", Severity.ERROR, title="出生日期可信", clause=CASEWORK, alone=True)
def birth_is_believable(case: Case) -> Iterator[Remark]:
    """A birth after the form was written, or more than 130 years before it."""
    for one in case.of("casework/client-record"):
        born, on = day(one.record.birth_date), case.today or day(one.record.form_day())
        if born and on and not 0 <= (on - born).days <= _OLDEST_DAYS:
            message = f"出生日期 {print_day(born)} 不可信，年龄打印为空"
            yield Remark(one, "birth_date", message, "照证件核对；不知道的填估计年龄")


@rule("CA-18", Severity.WARNING, title="身份证号与出生日期、性别相符", clause="GB 11643—1999", alone=True)
def number_fits_person(case: Case) -> Iterator[Remark]:
    """An identity number of somebody else, or a date copied wrongly."""
    for one in case.of("casework/client-record"):
        client = one.record
        if not stated(client.id_no) or client.id_type not in (None, "居民身份证", "户口簿"):
            continue
        try:
            says = identity(client.id_no)
        except ValueError as problem:
            yield Remark(one, "id_no", str(problem), "照证件逐位核对；不是身份证的，改“身份证件类型”")
            continue
        if day(client.birth_date) not in (None, says.birth):
            message = f"身份证号上的出生日期是{print_day(says.birth)}，表上写{print_day(client.birth_date)}"
            yield Remark(one, "birth_date", message, "照证件核对两处")
        if client.gender in ("男", "女") and client.gender != says.gender:
            message = f"身份证号表示{says.gender}性，表上写“{client.gender}”"
            yield Remark(one, "gender", message, "照证件核对两处")
