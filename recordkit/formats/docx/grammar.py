"""The language of templates: what of Jinja may stand in a form, and nothing else.

Jinja only parses (`syntax`). `Compiler` walks the tree by a whitelist and makes `program`
steps of it; what is not on the list becomes a `Refusal` in Chinese. Nothing is
ever compiled to Python or evaluated by Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ...records.kinds import TICKED
from . import program
from .nesting import Place, meeting
from .program import Expression, Step, Value
from .syntax import BadTemplate, Refusal, parse

if TYPE_CHECKING:
    from jinja2 import nodes

MAX_LOOPS = 2
MAX_DEPTH = 12
Literal: TypeAlias = Callable[[str, bool], list[Step]]  # the XML, and whether it is printed just once

_PLAIN = re.compile(r"\{\{ ([a-zA-Z]\w*(?:\.[a-zA-Z]\w*)*) \}\}", re.ASCII)
_RESERVED = frozenset(
    ["true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"]
)

# refused syntax by node class, in the words of a colleague
_REFUSED = {
    "Call": "不能调用函数",
    "Getitem": "不能用方括号取值",
    "Slice": "不能用方括号取值",
    "Concat": "不能用 ~ 拼接",
    "Assign": "不能用 set 赋值",
    "AssignBlock": "不能用 set 赋值",
    "Macro": "不能定义宏（macro）",
    "CallBlock": "不能用 call",
    "FilterBlock": "不能用 filter 块",
    "Include": "不能引用别的模板（include）",
    "Import": "不能引用别的模板（import）",
    "FromImport": "不能引用别的模板（import）",
    "Extends": "不能引用别的模板（extends）",
    "Block": "不能用 block",
    "With": "不能用 with",
    "Test": "不能用 is 判断",
    "Dict": "不能写字典",
    "ScopedEvalContextModifier": "不能用 autoescape",
}
_ARITHMETIC = frozenset(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos"))
ALLOWED_FILTERS = ("default", "d", "length", "count", "trim", "e", "escape")


class Use(NamedTuple):
    """A name the template reads: `table` is set when it is a column."""

    path: str
    role: str  # 'print', 'test', 'loop'
    table: str = ""


def compile_source(source: str, literal: Literal) -> Compiler:
    """Parse and compile a whole part, or raise `BadTemplate` with all refusals."""
    compiler = Compiler(literal)
    compiler.steps = compiler.body(parse(source).body)
    if compiler.refusals:
        raise BadTemplate(compiler.refusals)
    return compiler


def examine(source: str, scope: Mapping[str, str]) -> tuple[list[Refusal], list[Use]]:
    """What a single tag may not say, and which names it reads."""
    compiler = Compiler(lambda text, _: [text], scope=dict(scope), place=Place(("w:r", "w:t"), ("",)))
    plain = _PLAIN.fullmatch(source)
    if plain and not _RESERVED & set(plain[1].split(".")):  # most tags: no need of a parser
        compiler.named(plain[1], "print")
        return compiler.refusals, compiler.uses
    try:
        compiler.body(parse(source).body)
    except BadTemplate as error:
        return error.refusals, []
    return compiler.refusals, compiler.uses


@dataclass(slots=True)
class Compiler:
    """Turns whitelisted syntax into steps and collects everything it refuses."""

    literal: Literal
    scope: dict[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    values_apart: bool = False  # whether a value stands where it might tear the XML
    markup: int = 0  # pieces of XML so far that are more than text
    refusals: list[Refusal] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    loops: int = 0
    depth: int = 0

    @property
    def proven(self) -> bool:
        """Whether documents of the same shape are equally sound, whatever the values."""
        return self.place.sound and not self.values_apart

    def refuse(self, code: str, message: str) -> None:
        """Remember a refusal once."""
        if (refusal := Refusal(code, message)) not in self.refusals:
            self.refusals.append(refusal)

    # statements

    def body(self, statements: Sequence[nodes.Node]) -> list[Step]:
        """The steps of a block."""
        self.depth += 1
        steps: list[Step] = []
        if self.depth > MAX_DEPTH:
            self.refuse("TP-16", f"循环和条件套得太深，最多 {MAX_DEPTH} 层")
        else:
            for statement in statements:
                steps += self.statement(statement)
        self.depth -= 1
        return program.joined(steps)

    def statement(self, node: nodes.Node) -> list[Step]:
        """One statement: output, if or for."""
        from jinja2 import nodes

        if isinstance(node, nodes.Output):
            return [step for part in node.nodes for step in self.output(part)]
        if isinstance(node, nodes.If):
            return [self.condition(node)]
        if isinstance(node, nodes.For):
            return self.loop(node)
        self.refused(node)
        return []

    def output(self, node: nodes.Expr) -> list[Step]:
        """Literal XML, or a value printed inside `w:t`."""
        from jinja2 import nodes

        if isinstance(node, nodes.TemplateData):
            return self.literal(self.followed(node.data), self.depth == 1)
        if not self.place.in_text:
            self.refuse("TP-17", "标记只能写在正文文字里，不能写在属性、域代码或别处")
        self.values_apart |= not self.place.in_run
        before = len(self.uses)
        value = self.expression(node, "print")
        names = "、".join(use.path for use in self.uses[before:])
        return [program.write(value, names, self.place.look)]

    def followed(self, xml: str) -> str:
        """Keep track of the open elements; the same XML with its ticks as runs of their own."""
        self.markup += "<" in xml or not self.place.in_text
        pieces = []
        for piece in xml.split(TICKED):
            self.place = self.place.after(piece)
            pieces += [piece, program.tick(self.place.look)]
        return "".join(pieces[:-1])

    def condition(self, node: nodes.If) -> Step:
        """`if` with its `elif`s and `else`."""
        before, markup = self.place, self.markup
        ends: list[Place] = []
        branches = []
        for case in (node, *node.elif_):
            test = self.expression(case.test, "test")
            branches.append((test, self.branch(case.body, before, ends)))
        otherwise = self.branch(node.else_, before, ends)
        self.place = meeting(ends)
        return program.choose(branches, otherwise, told=self.markup > markup)

    def branch(self, statements: Sequence[nodes.Node], start: Place, ends: list[Place]) -> list[Step]:
        """The steps of a block that begins at this place; where it ends is added to `ends`."""
        self.place = start
        steps = self.body(statements)
        ends.append(self.place)
        return steps

    def loop(self, node: nodes.For) -> list[Step]:
        """`for name in table`, two deep at most."""
        from jinja2 import nodes

        table = self.path(node.iter)
        if node.test is not None or node.recursive:
            self.refuse("TP-14", "循环里不能写 if 或 recursive，请在循环内另写 {% if %}")
        if not table or table.split(".")[0] in self.scope:
            self.refuse("TP-14", "循环只能写 for 名称 in 表格字段")
            return []
        variable = self.path(node.target) if isinstance(node.target, nodes.Name) else ""
        if variable in ("", "loop"):
            self.refuse("TP-14", "循环变量只能是一个普通的名称")
            return []
        self.loops += 1
        if self.loops > MAX_LOOPS:
            self.refuse("TP-16", f"循环最多套 {MAX_LOOPS} 层")
        self.uses.append(Use(table, "loop"))
        outer = self.scope
        self.scope = {**outer, variable: table, "loop": ""}
        before, markup = self.place, self.markup
        ends: list[Place] = []
        steps = self.branch(node.body, before.turning(), ends)
        self.scope = outer
        self.loops -= 1
        otherwise = self.branch(node.else_, before.turning(), ends)
        self.place = before.after_loop(*ends)
        return [program.repeat(variable, table, steps, otherwise, told=self.markup > markup)]

    def refused(self, node: nodes.Node) -> Expression:
        """Name what is not on the whitelist."""
        kind = type(node).__name__
        message = "不能计算" if kind in _ARITHMETIC else _REFUSED.get(kind, "不支持这种写法")
        self.refuse("TP-14", message)
        return program.constant("")

    # expressions

    def expression(self, node: nodes.Node, role: str) -> Expression:
        """A value: a name, a constant, a comparison, a choice, a filter."""
        from jinja2 import nodes

        if isinstance(node, nodes.Name | nodes.Getattr):
            return self.name(node, role)
        if isinstance(node, nodes.Const):
            return self.const(node)
        if isinstance(node, nodes.Compare):
            return self.compare(node)
        if isinstance(node, nodes.Not):
            inner = self.expression(node.node, "test")
            return lambda run: not inner(run)
        if isinstance(node, nodes.And | nodes.Or):
            return self.both(node, role)
        if isinstance(node, nodes.CondExpr):
            return self.either(node, role)
        if isinstance(node, nodes.Filter):
            return self.filter(node, role)
        if isinstance(node, nodes.Tuple | nodes.List):
            return self.listed(node)
        return self.refused(node)

    def path(self, node: nodes.Node) -> str:
        """`a.b.c` of plain names, '' for anything else."""
        from jinja2 import nodes

        if isinstance(node, nodes.Name):
            return node.name if _good_name(node.name) else ""
        if isinstance(node, nodes.Getattr):
            base = self.path(node.node)
            return f"{base}.{node.attr}" if base and _good_name(node.attr) else ""
        return ""

    def name(self, node: nodes.Name | nodes.Getattr, role: str) -> Expression:
        """A field, a column of a loop's row, or a fact about the loop."""
        if path := self.path(node):
            return self.named(path, role)
        self.refuse("TP-14", "只能写普通的字段名（字母、数字、下划线，不以下划线开头）")
        return program.constant("")

    def named(self, path: str, role: str) -> Expression:
        """The same for a path that is known to be made of plain names."""
        first, _, rest = path.partition(".")
        if first == "loop":
            return self.loop_fact(rest)
        if first not in self.scope:
            self.uses.append(Use(path, role))
            return program.plain_field(path)
        if not rest:
            self.refuse("TP-13", f"「{first}」是循环变量，要写成 {first}.列名")
            return program.constant("")
        self.uses.append(Use(rest, role, self.scope[first]))
        return program.column(first, rest, self.scope[first])

    def loop_fact(self, fact: str) -> Expression:
        """`loop.index` and the few others, inside a loop."""
        if "loop" not in self.scope:
            self.refuse("TP-12", f"「loop.{fact}」只能写在循环里")
        elif fact not in program.LOOP_FACTS:
            self.refuse("TP-14", f"不支持「loop.{fact}」，只能用 {'、'.join(program.LOOP_FACTS)}")
        else:
            return program.loop_fact(fact)
        return program.constant("")

    def const(self, node: nodes.Const) -> Expression:
        """Text, whole numbers and true/false."""
        if isinstance(node.value, str | int):
            return program.constant(node.value)
        self.refuse("TP-14", "只能写文字和整数")
        return program.constant("")

    def listed(self, node: nodes.Tuple | nodes.List) -> Expression:
        """A list of constants, for `in`."""
        from jinja2 import nodes

        values = [item.value for item in node.items if isinstance(item, nodes.Const)]
        if len(values) < len(node.items) or not all(isinstance(value, str | int) for value in values):
            self.refuse("TP-14", "列表里只能写文字和整数")
        return program.constant(tuple(values))

    def compare(self, node: nodes.Compare) -> Expression:
        """One comparison: ==, !=, in, not in."""
        if len(node.ops) != 1 or node.ops[0].op not in program.COMPARISONS:
            self.refuse("TP-14", "只能用 ==、!=、in、not in 比较，一次一个")
            return program.constant("")
        holds = program.COMPARISONS[node.ops[0].op]
        left = self.expression(node.expr, "test")
        right = self.expression(node.ops[0].expr, "test")
        return lambda run: holds(left(run), right(run))

    def both(self, node: nodes.And | nodes.Or, role: str) -> Expression:
        """`and`, `or`, as Python has them."""
        from jinja2 import nodes

        left, right = self.expression(node.left, role), self.expression(node.right, role)
        if isinstance(node, nodes.And):
            return lambda run: left(run) and right(run)
        return lambda run: left(run) or right(run)

    def either(self, node: nodes.CondExpr, role: str) -> Expression:
        """`a if test else b`."""
        test, then = self.expression(node.test, "test"), self.expression(node.expr1, role)
        other = self.expression(node.expr2, role) if node.expr2 is not None else program.constant("")
        return lambda run: then(run) if test(run) else other(run)

    def filter(self, node: nodes.Filter, role: str) -> Expression:
        """One of the few filters that cannot grow anything."""
        if node.name not in ALLOWED_FILTERS or node.node is None:
            self.refuse("TP-14", f"不支持过滤器「{node.name}」，只能用 {'、'.join(ALLOWED_FILTERS)}")
            return program.constant("")
        value = self.expression(node.node, "test" if node.name in ("length", "count") else role)
        arguments = [self.expression(each, "test") for each in node.args]
        most = 2 if node.name in ("default", "d") else 0
        if node.kwargs or node.dyn_args or node.dyn_kwargs or len(arguments) > most:
            self.refuse("TP-14", f"过滤器「{node.name}」的参数不对")
        if node.name in ("length", "count"):
            return lambda run: _length(value(run))
        if node.name == "trim":
            return lambda run: _trimmed(value(run))
        if len(arguments) == 2:
            return lambda run: value(run) or (arguments[0](run) if arguments[1](run) else "")
        return value


def _length(value: Value) -> int:
    return len(str(value)) if isinstance(value, int) else len(value)


def _trimmed(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


def _good_name(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_")
