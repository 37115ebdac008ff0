"""Where labels, column heads, captions and printed words say that a field's text stands.

A list's rows are counted here too, as they stand in the document: the names of
bookmarks in copied rows say nothing of their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ...forms.labels import Labels, key
from .returned_plan import Plan, bare
from .returned_sheet import Sheet, Unit

_ENOUGH = 0.6  # so much of a row has to be heads; in a row of labels half of it is
_SHORT = 64
_WIDE = 100  # columns
_LABEL_LINES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A text that labels give to one of `paths`; several fields may share a label."""

    paths: tuple[str, ...]
    unit: int
    text: str
    row: int = -1


@dataclass(slots=True)
class _List:
    """A stretch of a list: its heads and the rows below them."""

    path: str
    columns: dict[int, str] = field(default_factory=dict)
    edges: set[int] = field(default_factory=set)
    rows: list[tuple[int, list[int]]] = field(default_factory=list)


class Places:
    """The fields' places in one document, by all that is printed around them.

    `owners` are the fields whose marks stand in a unit, `crowded` the units that hold
    several rows of a list. Afterwards `rows` has the
    row's number for each unit of a list, `found` the places, `used` the units that
    belong to fields, `lists` those that were met, and `notes` what has to be told.
    """

    def __init__(
        self,
        sheet: Sheet,
        plan: Plan,
        owners: Mapping[int, Sequence[str]],
        crowded: AbstractSet[int] = frozenset(),
    ) -> None:
        self.sheet = sheet
        self.plan = plan
        self.owners = owners
        self.crowded = crowded
        self.marked = {path for paths in owners.values() for path in paths}
        self.rows: dict[int, int] = {}
        self.lists: set[str] = set()
        self.used = set(owners)
        self.found: list[Place] = []
        self.shared: dict[tuple[str, ...], list[Place]] = {}
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []
        for table in sheet.tables:
            self.table(table)
        self.sentences()
        for number, unit in enumerate(sheet.units):
            if not unit.table:
                self.captions(number)
        self.share()

    def unit(self, number: int) -> Unit:
        return self.sheet.units[number]

    def text(self, number: int) -> str:
        return self.sheet.units[number].text

    def strangers(self, number: int, paths: Iterable[str]) -> bool:
        """Whether the unit holds other fields too, so that its text is not this one's alone."""
        return any(path not in paths for path in self.owners.get(number, ()))

    def own(self, number: int, paths: Sequence[str]) -> list[str]:
        """Those of the fields whose marks stand in the unit too."""
        return [path for path in self.owners.get(number, ()) if path in paths]

    def elsewhere(self, number: int, paths: Sequence[str]) -> bool:
        """Whether the fields' marks stand at other places only: what is here is not theirs."""
        return not self.own(number, paths) and all(path in self.marked for path in paths)

    def add(self, paths: Sequence[str], number: int, text: str) -> None:
        """A text beside a label; nothing is said of a place that is another field's too."""
        if not self.elsewhere(number, paths):
            self.used.add(number)
            if len(paths) > 1:
                self.shared.setdefault(tuple(paths), []).append(Place(tuple(paths), number, text))
            elif not self.strangers(number, paths):
                self.found.append(Place(tuple(paths), number, text))

    def share(self) -> None:
        """Fields of one label stand in the order of the form, if as many places were met,
        or each where its own marks stand."""
        for paths, places in self.shared.items():
            in_order = paths if len(places) == len(paths) else ()
            for index, place in enumerate(places):
                own = self.own(place.unit, paths)
                meant = own if len(own) == 1 else in_order[index : index + 1]
                if meant and not self.strangers(place.unit, paths):
                    self.found.append(Place(tuple(meant), place.unit, place.text))

    # tables

    def table(self, rows: Sequence[list[int]]) -> None:
        """Rows of labels and rows of lists, as they come."""
        current: _List | None = None
        met: list[_List] = []
        nothing: list[int] = []
        for row, following in zip(rows, [*rows[1:], nothing], strict=True):
            if heads := self.heads(row, following):
                current = heads
                self.lists.add(heads.path)
                met.append(heads)
                continue
            name = self.list_in(row)
            if name and (current is None or current.path != name):
                current = _List(name)
                met.append(current)
            elif not name and not (current and self.fits(row, current)):
                current = None
            if current:
                self.list_row(row, current)
            else:
                self.grid_row(row)
        for each in met:
            self.lists.add(each.path)
            self.column_places(each)

    def list_in(self, row: Sequence[int]) -> str:
        """The list whose marks stand in a row."""
        marked = (number for number in row if number not in self.crowded)
        names = (self.plan.list_of(path) for number in marked for path in self.owners.get(number, ()))
        return next(filter(None, names), "")

    def heads(self, row: Sequence[int], following: Sequence[int]) -> _List | None:
        """The list that this row is the heads of."""
        texts = [self.text(number) for number in row if not self.unit(number).below]
        named = [key(text) for text in texts if text.strip() and len(text) <= _SHORT]
        if not named or (self.owned(row) and len(named) < len(texts)):
            return None
        best, weight = "", (0.0, False, False)
        for path, labels in self.plan.lists.items():
            hits = sum(word in labels.by_key for word in named)
            new = (hits / len(texts), self.list_in(following) == path, path not in self.lists)
            if hits >= 2 and new[0] >= _ENOUGH and new > weight:
                best, weight = path, new
        if not best:
            return None
        columns = self.columns(row, self.plan.lists[best])
        self.used.update(number for number in row if self.unit(number).left in columns)
        return _List(best, columns, set(self.edges(row, columns)))

    def edges(self, row: Sequence[int], columns: Mapping[int, str]) -> Iterator[int]:
        """Where cells below the heads may begin; below heads that were merged, anywhere."""
        for number in row:
            unit = self.unit(number)
            yield from range(unit.left, unit.left + (1 if unit.left in columns else min(unit.span, _WIDE)))

    def owned(self, row: Sequence[int]) -> bool:
        return any(number in self.owners for number in row)

    def columns(self, row: Sequence[int], labels: Labels) -> dict[int, str]:
        """The field of each column by where it begins; fields of one head follow each other."""
        found: dict[int, str] = {}
        for number in row:
            text = self.text(number)
            paths = labels.paths(text) if len(text) <= _SHORT else ()
            left = [path for path in paths if path not in found.values()]
            if left:
                found[self.unit(number).left] = left[0]
        return found

    def fits(self, row: Sequence[int], current: _List) -> bool:
        """Whether a row without marks was typed into the list: it has the list's columns,
        and no label, caption or mark of another field."""
        if not row or self.owned(row) or self.is_label(self.text(row[0])):
            return False
        if any(self.plan.captioned(self.text(n).partition("\n")[0])[0] for n in row):
            return False
        lefts = {self.unit(number).left for number in row}
        return lefts <= current.edges and len(lefts) >= max(1, len(current.edges) / 2)

    def list_row(self, row: Sequence[int], current: _List) -> None:
        place = self.counts[current.path]
        self.counts[current.path] += 1
        current.edges |= {self.unit(number).left for number in row}
        current.rows.append((place, list(row)))
        self.rows.update(dict.fromkeys(row, place))

    def column_places(self, met: _List) -> None:
        """The cells below the heads; where a head is not known, its column's marks name it."""
        seen: dict[int, Counter[str]] = {}
        for _, row in met.rows:
            for number in row:
                own = [path for path in self.owners.get(number, ()) if self.plan.list_of(path) == met.path]
                if len(own) == 1:
                    seen.setdefault(self.unit(number).left, Counter())[own[0]] += 1
        known = set(met.columns.values())
        for left, paths in seen.items():
            path = paths.most_common(1)[0][0]
            if path not in known:
                met.columns.setdefault(left, path)
        for place, row in met.rows:
            for number in row:
                if path := met.columns.get(self.unit(number).left, ""):
                    self.column_place(path, number, place)
                    self.tell_wide(number, met.columns)

    def column_place(self, path: str, number: int, row: int) -> None:
        """A cell below a head."""
        self.used.add(number)
        if self.unit(number).below:
            self.notes.append(f"{self.unit(number).where}与上面的格合并了，这一行按空白读。")
        if not self.strangers(number, (path,)):
            self.found.append(Place((path,), number, self.text(number), row))

    def tell_wide(self, number: int, columns: Iterable[int]) -> None:
        """A cell without marks that goes over several columns: nobody knows what is whose."""
        unit = self.unit(number)
        if number not in self.owners and any(unit.left < left < unit.left + unit.span for left in columns):
            self.notes.append(f"{unit.where}占了几栏，整格按第一栏读，请核对。")

    def grid_row(self, row: Sequence[int]) -> None:
        """Labels with their values at the right, and cells that hold both."""
        cells = [number for number in row if not self.unit(number).below]
        index = 0
        while index < len(cells):
            number = cells[index]
            paths = () if number in self.owners else self.plan.fields(self.text(number))
            value = cells[index + 1] if index + 1 < len(cells) else -1
            if paths and value >= 0 and self.is_value(value, paths):
                self.used.add(number)
                self.add(paths, value, self.beside(value))
                index += 2
            else:
                self.captions(number)
                index += 1

    def beside(self, number: int) -> str:
        """A value's text, without the labels of cells that were merged with its own."""
        text = self.text(number)
        if number not in self.owners or "\n" not in text:
            return text
        return "\n".join(line for line in text.split("\n") if not self.is_label(line))

    def is_label(self, text: str) -> bool:
        return len(text) <= _SHORT and bool(self.plan.fields(text)) and self.plan.knows(text)

    def is_value(self, number: int, paths: Sequence[str]) -> bool:
        """Whether a cell beside a label is its value and not the next label."""
        return number in self.owners or not self.is_label(self.text(number))

    # texts behind a caption in the same place

    def captions(self, number: int) -> None:
        """What stands behind `社会工作者：`, `家系图：` or a label, up to the next caption there."""
        text, own = self.text(number), self.owners.get(number, ())
        captioned = own or self.plan.captioned(text.partition("\n")[0])[0]
        if not text.strip() or (not captioned and self.plan.knows(text)):
            return
        known: Callable[[str], tuple[Sequence[str], str]] = self.plan.captioned if own else self.labelled
        begun: list[tuple[Sequence[str], list[str]]] = []
        for line in self.label_lines(text.split("\n")):
            paths, rest = known(line)
            fresh = [path for path in paths if not own or path in own]
            if fresh and all(paths != before for before, _ in begun):
                begun.append((paths, [rest] if rest.strip() else []))
            elif begun:
                begun[-1][1].append(line)
        for paths, said in begun:
            self.caption_place(paths, number, "\n".join(said))

    def label_lines(self, lines: list[str]) -> Iterator[str]:
        """The lines; a label that was printed in several as one."""
        while lines:
            joined = ("".join(lines[:count]) for count in range(min(_LABEL_LINES, len(lines)), 1, -1))
            whole = next((line for line in joined if self.plan.is_printed(line) and self.is_label(line)), "")
            yield whole or lines[0]
            taken = 1
            while whole and "".join(lines[:taken]) != whole:
                taken += 1
            lines = lines[taken:]

    def caption_place(self, paths: Sequence[str], number: int, text: str) -> None:
        """A text behind a caption; other captions' texts may stand in the same unit."""
        if not self.elsewhere(number, paths):
            self.used.add(number)
            own = self.own(number, paths)
            meant = tuple(own if len(own) == 1 else paths)
            places = self.found if len(meant) == 1 else self.shared.setdefault(meant, [])
            places.append(Place(meant, number, text))

    def labelled(self, line: str) -> tuple[Sequence[str], str]:
        """Captions, and any label: with a colon behind it, or alone on its line."""
        paths, rest = self.plan.captioned(line)
        head, _, after = line.replace(":", "：").partition("：")
        return (paths, rest) if paths else (self.plan.fields(head), after)

    # blanks in printed sentences

    def sentences(self) -> None:
        """What stands in the blanks of a printed paragraph."""
        starts: dict[str, list[int]] = {}
        for number, unit in enumerate(self.sheet.units):
            if not unit.table and len(starts) < 5000:
                starts.setdefault(bare(unit.text[:24])[:4], []).append(number)
        for pieces in self.plan.prose:
            first = pieces[0]
            if isinstance(first, str) and len(bare(first)) >= 4:
                for number in starts.get(bare(first)[:4], ())[:3]:
                    self.sentence(number, pieces)

    def sentence(self, number: int, pieces: Sequence[object]) -> None:
        text, place, open_path, begin = self.text(number), 0, "", 0
        found: list[tuple[str, str]] = []
        for piece in pieces:
            if isinstance(piece, str):
                at = text.find(piece, place)
                if at < 0:
                    return
                if open_path:
                    found.append((open_path, text[begin:at]))
                place, open_path = at + len(piece), ""
            else:
                if open_path:
                    return  # two blanks side by side
                open_path, begin = getattr(piece, "path", ""), place
        if open_path:
            found.append((open_path, text[begin:]))
        self.used.add(number)
        self.found += [Place((path,), number, said) for path, said in found]
