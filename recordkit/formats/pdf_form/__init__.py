"""A form as a PDF that is filled in on the computer, and read back.

The page is the plain PDF as Typst sets it; Typst also tells where each value's
place is, and there the fields of an AcroForm are put by pikepdf. WeasyPrint,
which can write fields itself, was not taken: it breaks lines and pages in
another way, so plain and fillable blanks would not look the same on paper, and
it needs Pango, which users without administrator rights cannot install on
Windows. This way both are the same page by construction.

    look.py     which texts are printed and which are values of fields
    places.py   where Typst puts cells, boxes, rules and gaps
    slots.py    which fields a cell has, and how its text is parted among them
    face.py     the face the fields carry
    ink.py      what a field shows: its appearance streams
    writing.py  the fields as PDF objects, tagged, on the page
    stamp.py    how a file says which form it is
    extract.py  runs apart: the raw fields of a PDF that may be hostile
    reading.py  the fields put together again as the texts of a form
"""

from ...forms import Form
from ...records.kinds import Seal, Sign
from .reading import open_paper, open_papers
from .writing import write

__all__ = ["open_paper", "open_papers", "uncarried", "write"]


def uncarried(form: Form) -> list[str]:
    """The fields that have no field of their own on the page: signatures wait for the pen."""
    return [
        name for name in form.names() if (spec := form.spec_at(name)) and isinstance(spec.kind, Sign | Seal)
    ]
