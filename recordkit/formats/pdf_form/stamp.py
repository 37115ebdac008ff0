"""The names under which a fillable PDF says which form it is.

They stand in the document information and in a field that no page shows:
programs that save a file anew keep the one or the other.
"""

from ...forms.returned import FORM, RECORD
from ...forms.returned import FORM_VERSION as VERSION

__all__ = ["FIELD", "FORM", "RECORD", "VERSION"]

FIELD = "recordkit-stamp"
