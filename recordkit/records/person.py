"""Shared blocks about a person: identity, guardians, hardship, family."""

from __future__ import annotations

from typing import Any

from . import fields as f
from .conditions import when
from .identity import age as years_between
from .kinds import Number, Unstated
from .model import Block

GENDERS = "男;女;未说明"


class Person(Block):
    """人员基本信息."""

    name: f.Text = f.name("姓名", need=f.FILL, privacy=f.PERSONAL, hint="身份不明的写“无名氏”加建档号")
    gender: f.Choice = f.choice(
        "性别",
        GENDERS,
        need=f.FILL,
        privacy=f.PERSONAL,
        source="GB/T 2261.1",
        hint="按证件填写；本人不愿说明的选“未说明”",
    )
    birth_date: f.Day = f.day(
        "出生日期",
        need=f.FILL.when(when("age_estimated", "empty")),
        privacy=f.PERSONAL,
        hint="年龄由此按表单日期计算；不知道的填估计年龄",
    )
    age_estimated: f.Number = f.number("估计年龄", "岁", 0, 130, True, privacy=f.PERSONAL)
    id_type: f.Choice = f.choice(
        "身份证件类型",
        "居民身份证;户口簿;出生医学证明;港澳居民来往内地通行证;台湾居民来往大陆通行证;"
        "外国人永久居留身份证;护照;无证件;其他",
        privacy=f.PERSONAL,
    )
    id_type_other: f.Text = f.other_of("身份证件类型", privacy=f.PERSONAL)
    id_no: f.Text = f.id_no("身份证件号码", privacy=f.SENSITIVE, source="GB 11643—1999")
    ethnicity: f.Text = f.text("民族", 20, privacy=f.PERSONAL)
    education: f.Choice = f.choice(
        "文化程度", "未上学;小学;初中;高中/中专;大专;本科;硕士及以上;不详", privacy=f.PERSONAL
    )
    marital_status: f.Choice = f.choice("婚姻状况", "未婚;已婚;丧偶;离婚;未说明", privacy=f.PERSONAL)
    employment: f.Choice = f.choice(
        "就业状况", "在业;灵活就业;务农;失业;退休;在校学生;学龄前;无劳动能力;其他", privacy=f.PERSONAL
    )
    employment_other: f.Text = f.other_of("就业状况", privacy=f.PERSONAL)
    phone: f.Text = f.phone(
        "联系电话",
        need=f.FILL.when(when("no_phone", "empty")),
        privacy=f.PERSONAL,
        hint="手机或带区号的固定电话；确实没有的，“无联系电话”选“是”",
    )
    no_phone: f.YesNo = f.yes_no("无联系电话")
    registered_address: f.Text = f.address("户籍地址", privacy=f.PERSONAL)
    address: f.Text = f.address(
        "现住址",
        need=f.FILL.when(when("housing", "is_not", "无固定住所") | when("housing", "empty")),
        privacy=f.PERSONAL,
        hint="写到门牌号；无固定住所的可不填",
    )
    community: f.Text = f.text(
        "所属社区(村)", 40, need=f.FILL, hint="站点辖区内的社区名；无固定住所的写发现地社区"
    )

    @f.derived("年龄", Number("岁"), privacy=f.PERSONAL)
    def age(self) -> int | None:
        """Years on the day of the form."""
        return self.age_on(_form_day(self))

    def age_on(self, day: Any) -> int | None:
        """Years on a day, from the birth date or else as estimated."""
        if self.birth_date and not isinstance(self.birth_date, Unstated) and day:
            years = years_between(self.birth_date, day)
            return years if 0 <= years <= 130 else None
        return None if isinstance(self.age_estimated, Unstated) else _whole(self.age_estimated)


class Contact(Block):
    """A guardian or somebody to call."""

    name: f.Text = f.name("姓名")
    relation: f.Choice = f.choice(
        "与服务对象关系",
        "配偶;父亲;母亲;子女;儿媳/女婿;祖父母/外祖父母;孙子女/外孙子女;兄弟姐妹;其他亲属;"
        "居(村)委会;民政部门;邻居/朋友;保姆/护理员;其他",
    )
    relation_other: f.Text = f.other_of("与服务对象关系")
    is_guardian: f.YesNo = f.yes_no("法定监护人")
    may_collect: f.YesNo = f.yes_no("可接送")
    phone: f.Text = f.phone("联系电话")


class Guardian(Block):
    """监护与紧急联系人."""

    civil_capacity: f.Choice = f.choice(
        "民事行为能力",
        "完全;限制;无;不清楚",
        privacy=f.SENSITIVE,
        source="民法典第十七至二十四条",
    )
    contacts: list[Contact] | None = f.table(
        "监护人与紧急联系人",
        Contact,
        privacy=f.PERSONAL,
        need=f.FILL.when(when("age", "under", 18) | when("civil_capacity", "is", "限制", "无")),
        hint="未满18周岁或限制、无民事行为能力的必填；独居的也请写一位",
    )
    guardian_unavailable: f.Choice = f.choice(
        "监护人未能签署的原因",
        "无监护人;监护人失联;监护人涉嫌侵害;监护人无监护能力;由居(村)委会或民政部门担任监护人",
        privacy=f.SENSITIVE,
    )


class Disability(Block):
    """One disability."""

    kind: f.Choice = f.choice("类别", "视力;听力;言语;肢体;智力;精神;多重")
    level: f.Choice = f.choice("等级", "一级;二级;三级;四级;未评定")
    cert_no: f.Text = f.text("残疾证号", 30)

    def brief(self) -> str:
        """`肢体四级（证号…）`."""
        number = f"（证号{self.cert_no}）" if self.cert_no else ""
        return f"{self.kind or ''}{self.level or ''}{number}"


class Category(Block):
    """服务对象类别与困难情况."""

    client_category: f.Multi = f.multi(
        "服务对象类别",
        "最低生活保障对象;特困人员;低保边缘家庭成员;刚性支出困难家庭成员;临时救助对象;孤儿;"
        "事实无人抚养儿童;其他困境儿童;留守儿童;流动儿童;独居老年人;空巢老年人;高龄老年人;"
        "失能/半失能老年人;残疾人;精神障碍患者;社区矫正对象;社区戒毒康复人员;流浪乞讨人员;"
        "单亲家庭;计划生育特殊家庭;退役军人/优抚对象;大病患者家庭;流动人口;一般居民;其他",
        need=f.FILL,
        privacy=f.SENSITIVE,
        hint="可选多项；都不是的选“一般居民”",
    )
    client_category_other: f.Text = f.other_of("服务对象类别", privacy=f.SENSITIVE)
    health_status: f.Multi = f.multi(
        "健康状况", "健康;慢性病;重大疾病;残疾;精神障碍;失能/半失能;其他", privacy=f.SENSITIVE
    )
    health_status_other: f.Text = f.other_of("健康状况", privacy=f.SENSITIVE)
    disability: list[Disability] | None = f.table("残疾类别与等级", Disability, privacy=f.SENSITIVE)
    income_source: f.Multi = f.multi(
        "主要收入来源",
        "工资;养老金/退休金;低保金;特困供养金;高龄/残疾等补贴;抚恤优待;子女供养;经营/务农;"
        "财产/租金;亲友或社会资助;无",
        privacy=f.SENSITIVE,
    )
    household_income: f.Money = f.money("家庭月收入(元)", privacy=f.SENSITIVE)
    medical_insurance: f.Multi = f.multi(
        "医疗保障", "职工医保;居民医保;公费医疗;长期护理保险;商业保险;未参保", privacy=f.SENSITIVE
    )
    living_arrangement: f.Choice = f.choice(
        "居住情况", "独居;与配偶;与子女;与父母;隔代;集体/机构;其他", privacy=f.PERSONAL
    )
    living_arrangement_other: f.Text = f.other_of("居住情况", privacy=f.PERSONAL)
    housing: f.Choice = f.choice("住房性质", "自有;公租/廉租;租赁;借住;机构;无固定住所", privacy=f.PERSONAL)


class FamilyMember(Block):
    """One member of the family; feeds the genogram."""

    name: f.Text = f.name("姓名")
    relation: f.Choice = f.choice(
        "关系",
        "配偶;父亲;母亲;子女;继/养父母;继/养子女;公婆/岳父母;儿媳/女婿;祖父母/外祖父母;"
        "孙子女/外孙子女;兄弟姐妹;其他亲属;非亲属同住人",
    )
    gender: f.Choice = f.choice("性别", GENDERS)
    birth_year: f.Number = f.number("出生年", "", 1880, 2100, True)
    death_year: f.Number = f.number("去世年", "", 1880, 2100, True)
    occupation: f.Text = f.text("职业", 40)
    health: f.Text = f.text("健康", 60)
    lives_with: f.YesNo = f.yes_no("同住")
    phone: f.Text = f.phone("电话")
    bond: f.Choice = f.choice("关系质量", "亲密;一般;疏远;冲突;断绝")


class Family(Block):
    """家庭成员表."""

    family_members: list[FamilyMember] | None = f.table("家庭成员", FamilyMember, privacy=f.SENSITIVE)


def _form_day(block: Any) -> Any:
    return block.form_day()


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
