"""How a record is laid out: definitions read from `templates/`, arranged as blocks.

The way back lies beside it: `returned` is what a file says at each field's place,
`identify` which form it is, `answers` what it means; `labels` and `foreign` know
fields and blanks on the papers of other offices.
"""

from .arrange import balanced, blank, filled, spread, tags
from .blocks import Arranged
from .definition import Form, catalogue, load, shipped
from .local import findings as local_findings

__all__ = [
    "Arranged",
    "Form",
    "balanced",
    "blank",
    "catalogue",
    "filled",
    "load",
    "local_findings",
    "shipped",
    "spread",
    "tags",
]
