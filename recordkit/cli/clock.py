"""The one clock of the command line: all below it is told what day it is."""

from __future__ import annotations

from datetime import date


def today() -> date:
    """The station's own calendar day."""
    return date.today()  # noqa: DTZ011
