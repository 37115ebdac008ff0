"""Click, speaking Chinese and importing a command only when it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from ..errors import UsageProblem
from ..records.text import width

_HEADINGS = {"Options": "选项", "Commands": "命令"}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(
            prog, args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 …"), "用法："
        )

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Two columns; click counts characters, but Chinese takes two places each."""
        rows = list(rows)
        column = min(max((width(name) for name, _ in rows), default=0), col_max) + col_spacing
        room = max(self.width - self.current_indent - column, 20)
        for name, text in rows:
            first, *others = _wrapped(text, room) or [""]
            gap = (
                " " * (column - width(name))
                if width(name) + 2 <= column
                else f"\n{'':{self.current_indent + column}}"
            )
            self.write(f"{'':{self.current_indent}}{name}{gap}{first}".rstrip() + "\n")
            for line in others:
                self.write(f"{'':{self.current_indent + column}}{line}\n")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")


def _wrapped(text: str, room: int) -> list[str]:
    """Lines of at most `room` places; Chinese may break anywhere."""
    lines = [""]
    for word in re.findall(r"[!-~]+|.", text):
        if width(lines[-1] + word) > room and word not in "，。；：、）":
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines if line.strip()]


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command with Chinese help."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option:
            option.help = "显示帮助"
        return option


class Group(click.Group):
    """Commands by name; `commands_by_name` maps a name to its module and short help."""

    context_class = _Context
    command_class = Command

    def __init__(
        self, *args: Any, commands_by_name: dict[str, tuple[str, str]] | None = None, **about: Any
    ) -> None:
        super().__init__(*args, **about)
        self.by_name = commands_by_name or {}

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option:
            option.help = "显示帮助"
        return option

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.by_name, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.by_name:
            module = import_module(f".{self.by_name[cmd_name][0]}", __package__)
            # `import` is a word of Python's own: its function is `import_`.
            found = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
            assert isinstance(found, click.Command)
            return found
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), 1)
            hint = f"是不是 {near[0]}？" if near else f"全部命令：{ctx.command_path} --help"
            raise UsageProblem(f"没有“{args[0]}”这个命令", hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, self._short_help(name, ctx)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _short_help(self, name: str, ctx: click.Context) -> str:
        if name in self.by_name:
            return self.by_name[name][1]
        command = self.get_command(ctx, name)
        return command.get_short_help_str(80) if command else ""


def command(**about: Any) -> Callable[[Callable[..., Any]], Command]:
    """A click command in Chinese."""
    return click.command(cls=Command, **about)


def group(**about: Any) -> Callable[[Callable[..., Any]], Group]:
    """A click group in Chinese."""
    return click.group(cls=Group, **about)
