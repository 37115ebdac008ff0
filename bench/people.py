"""Invented people and what is written down about them, from a chance that is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from recordkit.records.casework import ClientRecord, Intake

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻柏窦章"
GIVEN = "桂兰秀英玉珍建国志强凤霞淑芬春梅长福德顺明华永安文静海燕立新素琴宝田月娥"
# Sentences with blanks for figures and names: engines that remember what they have set before
# must not meet the same sentence twice, as they don't in life.
SAID = """“{who}走了以后晚上睡不着，一个人坐到{a}点{b}分，电视开着，演的什么不知道。”
“{who}在外地，{a}个月回来{c}趟，我不想给他添麻烦，过节也没敢多留他。”
“膝盖疼得下不了{c}楼，{b}天没出门，菜和药都是{who}给捎。”
“欠着{who}{a}千{b}百块钱，人家不催，我自己心里过不去。”
“手续跑了{a}趟，{who}说还差{c}样，我弄不明白差在哪里。”
“孙子{who}{a}点{b}分放学没人接，我去接就顾不上他爷爷。”
“上个月{b}号停了{c}天药，头发沉，也没吱声，还是{who}看出来的。”
“楼上{who}家漏水漏了{a}个月，修了{c}回，找谁都说不归他管。”
“以前和{who}去公园走{a}圈，这{b}天连阳台都懒得去。”
“{who}大夫说每{a}周复查一次，可我{c}个人都找不着陪我去医院。”
""".splitlines()
FACTS = """每晚睡眠约{c}小时，凌晨{a}点{b}分醒；近{a}个月下楼{c}次，都由{who}陪同。
退休金每月2{b}{a}元，付药费、水电后剩{b}元左右，另欠{who}{a}千元。
社区网格员{who}每周上门{c}次，四楼邻居隔{c}日捎菜捎药，最近一次是{b}日。
谈话{b}分钟，中间{c}次停下来喝水，能准确说出日期、药名和{who}垫付的{a}{b}元。
厨房灶具能正常使用，药盒按早晚分好，其中{c}格是空的，{who}说{b}日补齐。
当场由本人用家中血压计自测，显示1{b}/{b}，已约好{a}日由{who}陪同取药。
住{c}楼，楼内没有电梯，楼道声控灯坏了{a}层，{who}{b}日报修过。
没有签约家庭医生，{who}{b}日问过助餐，每份{a}元，本人还没有定。
本人明确说不要做的：不要对{who}说，也不要在{a}号楼{c}单元里说申请的事。
判断（社工意见）：取药只靠{who}一人，{b}天内容易再断；本人有表达能力和改变意愿，适合个案服务，先定{c}个目标。
已当面说明保密例外，本人听后复述了{c}遍，{a}点{b}分由{who}见证，没有异议。
先由{who}在{b}日前回访取药是否落实，再签协议；协议没有签好，{a}日不做预估面谈。
""".splitlines()


def name(chance: Random) -> str:
    """A name nobody was asked for."""
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))


def client(chance: Random, number: str) -> ClientRecord:
    """The person an intake is about: what its looked-up cells print."""
    return ClientRecord(
        client_no=number,
        name=name(chance),
        gender=chance.choice(("男", "女")),
        birth_date=date(1935 + chance.randrange(50), 1 + chance.randrange(12), 1 + chance.randrange(28)),
    )


def intake(chance: Random, number: int) -> Intake:
    """A complete intake."""
    on = date(2026, 1, 1) + timedelta(chance.randrange(300))
    case_no = f"LX01-GA-2026-{number + 1:04}"
    signed = {"state": "已签", "on": on, "proof": {"paper": f"2号柜第{number % 9 + 1}盒"}}
    return Intake(
        form_no=f"{case_no}-02", filled_on=on, filled_by="S01", intake_date=on,
        intake_mode=chance.choice(("来站面谈", "电话", "入户")), source="社区(村)转介",
        referrer=f"泉景社区居民委员会　{name(chance)}主任（电话0531-0000{number:04}）",
        client_no=f"LX01-FW-{number + 1:06}", voluntariness=chance.choice(("主动自愿", "经劝说同意")),
        presenting_problem=told(chance, SAID, 3, 7),
        problem_types=chance.sample(_options("problem_types"), chance.randint(1, 6)),
        service_domain="4.3精神慰藉",
        other_domains=chance.sample(_options("other_domains")[3:], chance.randint(1, 3)),
        expectation=told(chance, SAID, 1, 3), past_efforts=told(chance, FACTS, 1, 4),
        current_services=told(chance, FACTS, 1, 2), urgency=chance.choice(("一般", "较急", "紧急")),
        risk_flags=["断炊/断药"], risk_level=chance.choice(("低", "中")), risk_note=told(chance, FACTS, 2, 5),
        first_impression=told(chance, FACTS, 3, 7), decision="接案",
        decision_reason=told(chance, FACTS, 1, 1), assigned_worker="S01", case_no=case_no,
        next_appointment=f"{on + timedelta(4)} 9:30", sign_worker=signed | {"by": "S01"},
        review_opinion=told(chance, FACTS, 1, 3), sign_supervisor=signed | {"by": "S04"},
    )  # fmt: skip


def told(chance: Random, sentences: Sequence[str], least: int, most: int) -> str:
    """So many of the sentences, their blanks filled."""
    return "\n".join(
        sentence.format(
            who=name(chance), a=chance.randint(2, 12), b=chance.randint(10, 59), c=chance.randint(1, 6)
        )
        for sentence in chance.sample(sentences, chance.randint(least, most))
    )


def _options(field: str) -> list[str]:
    """What may be chosen together with anything else."""
    return [option for option in Intake.specs()[field].kind.options() if option not in ("其他", "无")]
