"""The CA rules: one case from intake to follow-up (MZ/T 094, as the standard's 5 a) asks)."""

from . import consent, goals, order, person, sessions, volume

__all__ = ["consent", "goals", "order", "person", "sessions", "volume"]
