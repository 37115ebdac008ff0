"""The machine by its size, and what it runs: no name, no path, no maker."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("docxtpl", "lxml", "pydantic", "typst", "weasyprint")


def described() -> dict[str, str]:
    """Size and versions."""
    return dict(_said())


def _said() -> Iterator[tuple[str, str]]:
    yield "cores", str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    if hasattr(os, "sysconf"):
        yield "memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"
    yield "system", f"{platform.system()}, {platform.machine()}"
    yield "Python", platform.python_version()
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"
