"""The fields of a form as PDF objects, put on its pages and tagged.

PDF/A-2a and PDF/UA-1 stay: every field has an appearance for each of its
states, an embedded face, a tooltip and a place in the structure tree.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ...forms.blocks import Arranged
from ...forms.definition import Form
from .. import pdf
from . import face, ink
from .look import look
from .places import Place, places
from .slots import Look, Slot, slots
from .stamp import FIELD, FORM, VERSION

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_MULTILINE, _READ_ONLY, _NO_SPELLING, _COMB, _COMBO, _EDIT = (1 << bit for bit in (12, 0, 22, 24, 17, 18))
_PRINTED = 4


def write(arranged: Arranged, form: Form, stamp: Mapping[str, str], on: date | None = None) -> bytes:
    """The fillable PDF's bytes: same texts and stamp, same bytes.

    `arranged` is a blank form or a record's; its texts become the values of the
    fields. `stamp` has what else is known of the print, such as the record's
    mark under `recordkit-record`. `on` is the day of the form, the only date in it.
    """
    import pikepdf

    made = look(arranged, form)
    found = places(made.placed, {key: asked.size for key, asked in made.asked.items()})
    fields = [slot for key, asked in made.asked.items() for slot in slots(asked, found.get(key, Place()))]
    marks = {FORM: form.id, VERSION: str(form.version), **stamp}
    with pikepdf.open(io.BytesIO(pdf.write(made.printed, on))) as document:
        _Sheet(document).put(fields, marks)
        saved = io.BytesIO()
        document.save(saved, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return saved.getvalue()


class _Sheet:
    """A plain print that is given fields."""

    def __init__(self, document: Pdf) -> None:
        self.document = document
        self.root = document.Root
        self.tree = document.Root.StructTreeRoot
        self.face = _face(document)
        self.empty = self.drawing(b"", 0, 0)

    def put(self, fields: Sequence[Slot], marks: Mapping[str, str]) -> None:
        """Put the fields and the stamp into the document."""
        import pikepdf

        widgets = [self.widget(slot) for slot in fields]
        self.on_pages(fields, widgets)
        self.tagged(fields, widgets)
        stamp = self.document.make_indirect(
            pikepdf.Dictionary(
                FT=pikepdf.Name.Tx,
                T=pikepdf.String(FIELD),
                Ff=_READ_ONLY,
                # Said to have no widgets: else pdf-lib takes the field for its own widget.
                Kids=pikepdf.Array(),
                V=_text("\n".join(f"{name}={text}" for name, text in marks.items())),
            )
        )
        self.root.AcroForm = self.document.make_indirect(
            pikepdf.Dictionary(
                Fields=pikepdf.Array([stamp, *widgets]),
                DR=pikepdf.Dictionary(Font=pikepdf.Dictionary({f"/{ink.FONT}": self.face})),
                DA=pikepdf.String(f"/{ink.FONT} 10.5 Tf 0 g"),
            )
        )
        for name, text in marks.items():
            self.document.docinfo[f"/{name}"] = _text(text)

    def widget(self, slot: Slot) -> Object:
        """A field that is its own widget."""
        import pikepdf

        page = self.document.pages[slot.box.page]
        paper = float(page.mediabox[3])
        box = slot.box
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            Rect=[_point(edge) for edge in (box.left, paper - box.bottom, box.right, paper - box.top)],
            P=page.obj,
            F=_PRINTED,
            T=_text(slot.name),
            TU=_text(slot.tip),
        )
        widget.update(self.button(slot) if slot.look is Look.TICK else self.written(slot))
        return self.document.make_indirect(widget)

    def button(self, slot: Slot) -> Mapping[str, Any]:
        import pikepdf

        size = slot.box.right - slot.box.left
        state = pikepdf.Name("/1" if slot.value else "/Off")
        shown = pikepdf.Dictionary({"/1": self.drawing(ink.tick(slot), size, size), "/Off": self.empty})
        return {
            "/FT": pikepdf.Name.Btn, "/V": state, "/DV": state, "/AS": state,
            "/AP": pikepdf.Dictionary(N=shown), "/MK": pikepdf.Dictionary(CA=pikepdf.String("4")),
        }  # fmt: skip

    def written(self, slot: Slot) -> Mapping[str, Any]:
        import pikepdf

        box = slot.box
        drawn = self.drawing(ink.ink(slot), box.right - box.left, box.bottom - box.top)
        about: dict[str, Any] = {
            "/FT": pikepdf.Name.Tx, "/V": _text(slot.value), "/DV": _text(slot.value),
            "/DA": pikepdf.String(ink.default(slot)), "/Q": int(slot.centred),
            "/Ff": _NO_SPELLING, "/AP": pikepdf.Dictionary(N=drawn),
        }  # fmt: skip
        if slot.look is Look.LINES:
            about["/Ff"] = _NO_SPELLING | _MULTILINE
        elif slot.look is Look.COMB:
            about |= {"/Ff": _NO_SPELLING | _COMB, "/MaxLen": ink.comb_length(slot)}
        elif slot.look is Look.PICK:
            options = pikepdf.Array([_text(option) for option in slot.options])
            about |= {"/FT": pikepdf.Name.Ch, "/Ff": _NO_SPELLING | _COMBO | _EDIT, "/Opt": options}
        return about

    def drawing(self, content: bytes, wide: float, high: float) -> Object:
        import pikepdf

        return self.document.make_stream(
            content,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, _point(wide), _point(high)],
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary({f"/{ink.FONT}": self.face})),
        )

    def on_pages(self, fields: Sequence[Slot], widgets: Sequence[Object]) -> None:
        import pikepdf

        for number, page in enumerate(self.document.pages):
            own = [widget for slot, widget in zip(fields, widgets, strict=True) if slot.box.page == number]
            page.obj.Annots = pikepdf.Array([*page.obj.get("/Annots", []), *own])
            # Tab goes through the fields in the order of the form.
            page.obj.Tabs = pikepdf.Name.S

    def tagged(self, fields: Sequence[Slot], widgets: Sequence[Object]) -> None:
        """A Form element for each field, in the order of the form."""
        import pikepdf

        parent = self.document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Sect, P=self.top(), K=[])
        )
        self.top().K = pikepdf.Array([*_listed(self.top().get("/K")), parent])
        elements = []
        key = int(self.tree.get("/ParentTreeNextKey", 0)) or _next_key(self.tree)
        for at, (slot, widget) in enumerate(zip(fields, widgets, strict=True)):
            element = pikepdf.Dictionary(
                Type=pikepdf.Name.StructElem,
                S=pikepdf.Name.Form,
                P=parent,
                Pg=widget.P,
                Alt=_text(slot.tip),
                K=pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=widget, Pg=widget.P),
            )
            elements.append(self.document.make_indirect(element))
            widget.StructParent = key + at
        parent.K = pikepdf.Array(elements)
        self.tree.ParentTree = self.document.make_indirect(
            pikepdf.Dictionary(Nums=pikepdf.Array([*_numbered(self.tree.ParentTree), *_pairs(key, elements)]))
        )
        self.tree.ParentTreeNextKey = key + len(elements)

    def top(self) -> Object:
        """The element of the whole document."""
        first: Object = _listed(self.tree.K)[0]
        return first


def _face(document: Pdf) -> Object:
    """The face as a font of two-byte codes, which are its glyphs."""
    import pikepdf

    file = document.make_stream(b"", Length1=len(face.face().data))
    file.write(face.packed(), filter=pikepdf.Name.FlateDecode)
    about = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name(f"/{face.NAME}"), Flags=4,
        FontBBox=[0, -286, 1000, 1151], ItalicAngle=0, Ascent=880, Descent=-120, CapHeight=729, StemV=80,
        FontFile2=file,
    )  # fmt: skip
    wide = [number for run in face.wide() for number in run]
    glyphs = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=pikepdf.Name(f"/{face.NAME}"),
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        CIDToGIDMap=pikepdf.Name.Identity, DW=1000, W=wide,
        FontDescriptor=document.make_indirect(about),
    )  # fmt: skip
    return document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name(f"/{face.NAME}"),
            Encoding=pikepdf.Name("/Identity-H"), DescendantFonts=[document.make_indirect(glyphs)],
            ToUnicode=document.make_stream(face.to_unicode()),
        )
    )  # fmt: skip


def _listed(kids: Any) -> list[Any]:
    import pikepdf

    return [] if kids is None else list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _numbered(node: Object) -> Iterator[Any]:
    """Keys and values of a number tree, one after the other."""
    yield from node.get("/Nums", [])
    for kid in node.get("/Kids", []):
        yield from _numbered(kid)


def _next_key(tree: Object) -> int:
    return max((int(key) for key in list(_numbered(tree.ParentTree))[::2]), default=-1) + 1


def _pairs(key: int, elements: Iterable[Object]) -> Iterator[Any]:
    for at, element in enumerate(elements, key):
        yield from (at, element)


def _text(text: str) -> Object:
    """A text string. Line feeds become carriage returns, as viewers write them."""
    import pikepdf

    return pikepdf.String(text.replace("\n", "\r"))


def _point(length: float) -> float:
    return round(length, 2)
