"""Jinja's parser at arm's length: a syntax tree, or the reason in Chinese.

Only parsing happens here. Nothing is compiled or evaluated by Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jinja2 import Environment, TemplateSyntaxError, nodes


class Refusal(NamedTuple):
    """Something a template may not say."""

    code: str
    message: str


class BadTemplate(Exception):
    """A template that is refused, with every reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("；".join(refusal.message for refusal in refusals))
        self.refusals = list(refusals)


@cache
def _environment() -> Environment:
    """Only its parser is used; sandboxed all the same, so that no road leads past it."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True)


def parse(source: str) -> nodes.Template:
    """Jinja's syntax tree, or `BadTemplate` with the syntax error in Chinese."""
    from jinja2 import TemplateSyntaxError

    try:
        return _environment().parse(source)
    except TemplateSyntaxError as error:
        raise BadTemplate([Refusal("TP-15", explain(error))]) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise BadTemplate([Refusal("TP-15", "写得太复杂，读不了")]) from error


_TOKENS = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "end of template": "文件结尾",
    "name": "名称",
    "integer": "数字",
    "string": "引号里的文字",
    "assign": "=",
    "colon": ":",
    "comma": ",",
}
_EXPLANATIONS = (
    (r"unexpected char '?\\?(.+?)'? at", "有不认识的字符「{0}」，标记里只能写英文符号"),
    (r"Encountered unknown tag '(.+?)'", "不认识的写法「{0}」，只能用 if、elif、else、endif、for、endfor"),
    (r"Expected an expression, got '(.+?)'", "少了内容：「{0}」前面应当写字段名"),
    (r"expected token '(.+?)', got '(.+?)'", "「{1}」写错了位置，这里应当是「{0}」"),
    (r"Unexpected end of template", "没有写完：缺少 endif 或 endfor"),
    (r"No filter named '(.+?)'", "没有过滤器「{0}」"),
    (r"unexpected '(.+?)'", "「{0}」写错了位置"),
    (r"Missing end of (?:raw|comment)", "没有写完：缺少结束标记"),
)


def explain(error: TemplateSyntaxError) -> str:
    """A syntax error of Jinja in Chinese."""
    text = error.message or ""
    for pattern, chinese in _EXPLANATIONS:
        if match := re.search(pattern, text):
            return chinese.format(*(_TOKENS.get(group, group) for group in match.groups()))
    return "写法不对，请对照模板说明"
