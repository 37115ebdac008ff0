"""The names under which a fillable PDF says which form it is.

They stand in the document information and in a field that no page shows:
programs that save a file anew keep the one or the other.
"""

FORM, VERSION, RECORD = "recordkit-form", "recordkit-form-version", "recordkit-record"
FIELD = "recordkit-stamp"
