"""The kinds of value a field can hold, each in one class and both directions:
`read` turns what a person typed into a value, `show` the value into its
printed text, `plain` the value into what a record file holds.

Readers are strict: pydantic's own would turn "0" into 1970-01-01. They raise
ValueError with a Chinese sentence; the place is added by whoever knows it.
"""

from .amounts import Money, Number, Rating
from .base import BOX, OTHER, RULE, TICKED, Answer, Kind, Lookup, Unstated, boxes, padded
from .choices import EXCLUSIVE, Choice, Multi, YesNo, folded
from .nested import Files, Nested, Picture, Seal, Sign, Table
from .times import BLANK_DAY, Day, Days, DayTime, Times
from .words import Address, IdNo, Long, Name, Phone, Picks, Ref, Refs, RowNo, Text

__all__ = [
    "BLANK_DAY", "BOX", "EXCLUSIVE", "OTHER", "RULE", "TICKED",
    "Address", "Answer", "Choice", "Day", "DayTime", "Days", "Files", "IdNo", "Kind", "Long", "Lookup",
    "Money", "Multi", "Name", "Nested", "Number", "Phone", "Picks", "Picture", "Rating", "Ref", "Refs",
    "RowNo", "Seal", "Sign", "Table", "Text", "Times", "Unstated", "YesNo", "boxes", "folded", "padded",
]  # fmt: skip
