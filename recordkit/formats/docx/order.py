"""The order in which WordprocessingML wants the children of property elements.

Word is strict about some of these orders and every reader is content when all
are kept: `misplaced` names the first child out of order, `put_in_order` sorts.
"""

from __future__ import annotations

from ..opc import Element, W

_LISTS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers "
    "pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
    "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
    "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle "
    "rPr sectPr pPrChange",
    "rPr": "ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline "
    "shadow emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position sz "
    "szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout "
    "specVanish oMath rPrChange",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
    "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption "
    "tblDescription tblPrChange",
    "trPr": "*cnfStyle *divId *gridBefore *gridAfter *wBefore *wAfter *cantSplit *trHeight *tblHeader "
    "*tblCellSpacing *jc *hidden ins del trPrChange",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText "
    "vAlign hideMark headers cellIns cellDel cellMerge tcPrChange",
    "sectPr": "*headerReference *footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders "
    "lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter "
    "docGrid printerSettings sectPrChange",
}


def _ranks(names: str) -> dict[str, int]:
    """Tag → rank; the starred first ones may stand in any order."""
    return {W + name.lstrip("*"): 0 if name[0] == "*" else rank for rank, name in enumerate(names.split(), 1)}


ORDER: dict[str, dict[str, int]] = {kind: _ranks(names) for kind, names in _LISTS.items()}
_BY_TAG = {W + kind: ranks for kind, ranks in ORDER.items()}
_FOREIGN = 900  # w14 effects and the like: after Word's own, before the tracked change
_CHANGE = 999


def _rank(ranks: dict[str, int], tag: object) -> int:
    if isinstance(tag, str) and tag.endswith("PrChange"):
        return _CHANGE
    return ranks.get(tag, _FOREIGN) if isinstance(tag, str) else _FOREIGN


def misplaced(element: Element) -> str:
    """The local name of the first child that stands too late, or ''."""
    ranks = _BY_TAG[element.tag]
    highest = -1
    for child in element:
        rank = _rank(ranks, child.tag)
        if rank == _FOREIGN:
            continue
        if rank < highest:
            return str(child.tag).rpartition("}")[2]
        highest = rank
    return ""


def put_in_order(root: Element) -> None:
    """Sort the children of every property element as the schema wants them."""
    for element in list(root.iter(*_BY_TAG)):
        if misplaced(element):
            ranks = _BY_TAG[element.tag]
            element[:] = sorted(element, key=lambda child: _rank(ranks, child.tag))
