"""The retention periods that forms tell people about, read from data."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def schedule() -> dict[str, Any]:
    """The classes of `data/retention.toml`."""
    text = (files("recordkit") / "data" / "retention.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def notice(kind: str) -> str:
    """One sentence for the person concerned (DB3701/T 36—2023 6.2.1, PIPL Art. 17)."""
    rule = schedule()[kind]
    return (
        f"{rule['name']}资料由专人保管，自{rule['start']}次年1月1日起保存{rule['years']}年"
        f"（不少于{schedule()['floor']}年），期满按规定鉴定销毁。"
    )
