"""Which form a returned file is, where it has lost its stamp or never had one."""

from __future__ import annotations

from collections.abc import Sequence

from . import labels
from .definition import Form
from .returned import Paper

_ENOUGH = 0.5  # of a form's labels have to be found
_LEAD = 1.5  # times as many as of the next form


def likely(paper: Paper, forms: Sequence[Form]) -> list[Form]:
    """The forms it may be by title, else by labels: one where it is certain, several
    where a person has to say, none where nothing fits."""
    title = labels.key(paper.title)
    titled = [form for form in forms if title and labels.key(form.title) == title]
    if not titled:
        words = {labels.key(word) for word in paper.words}
        titled = [form for form in forms if labels.key(form.title) in words]
    return titled if len(titled) == 1 else _by_labels(paper, titled or list(forms))


def _by_labels(paper: Paper, forms: Sequence[Form]) -> list[Form]:
    words = {labels.key(word) for word in paper.words}
    shares = sorted(((_share(form, words), form) for form in forms), key=lambda pair: -pair[0])
    enough = [(share, form) for share, form in shares if share >= _ENOUGH]
    if len(enough) > 1 and enough[0][0] >= _LEAD * enough[1][0]:
        return [enough[0][1]]
    return [form for _, form in enough]


def _share(form: Form, words: set[str]) -> float:
    """How much of what the form asks is asked in the file."""
    asked = [spec.label for name in form.names() if (spec := form.spec_at(name))]
    return sum(labels.key(label) in words for label in asked) / max(len(asked), 1)
