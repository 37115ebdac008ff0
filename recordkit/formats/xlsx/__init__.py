"""Excel workbooks: forms written and read back, lists read, tables filled in.

`many` writes a workbook for many records of a form, `one` a record in the form's
layout; `open_paper` reads both. `sheets.sheets` reads anybody's workbook,
`patch.patched` writes into a copy of it.

    columns, looks, many, one       our workbooks written
    paper, lists, layout, said      and read back
    book, sheets, values, refs      anybody's workbook as rows of texts
    patch                           texts put into a copy of it
"""

from .columns import shown, uncarried
from .many import many
from .one import one
from .paper import open_paper

__all__ = ["many", "one", "open_paper", "shown", "uncarried"]
