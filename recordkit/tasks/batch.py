"""Many records printed: spread over the cores, in constant memory, and going on where a
run was stopped.

`print_records` is all that a process does, here or on another machine: it is told which
records and how, and keeps nothing from one call to the next but the prepared templates
and faces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import HasFindings, RecordkitError, explained
from ..records import disk
from .journal import Journal
from .printing import Order, Printed, default_folder, known_formats, render_one
from .workspace import PROFILE, Workspace

MANY = 24  # more than a person waits for: worth the start of processes and a journal
_BUNDLE = 16  # records of one folder at most, which share what is read around them
_NOTED = ("number", "title", "day", "group")


def print_records(order: Order, sources: Sequence[Path]) -> list[Printed]:
    """Print records of one folder; what cannot be printed says why and stops nothing.

    Picklable in and out. The files are written whole or not at all, and a second call
    finds them there, so a job may be done twice.
    """
    try:
        station = order.home(sources[0])
    except Exception as problem:
        return [_failed(source, problem) for source in sources]
    return [_printed(source, order, station) for source in sources]


def _printed(source: Path, order: Order, station: Workspace | None) -> Printed:
    try:
        return render_one(source, order, station)
    except Exception as problem:
        return _failed(source, problem)


def _unexpected(problem: Exception) -> RecordkitError:
    """A fault of the program costs one record of many, and is told."""
    said = f"程序内部出错（{type(problem).__name__}：{problem}）"
    return RecordkitError(said, "单独打印这一份能看到细节；请报告给维护的人")


def _failed(source: Path, raised: Exception) -> Printed:
    problem = explained(raised) or _unexpected(raised)
    findings = problem.findings if isinstance(problem, HasFindings) else []
    return Printed(source, findings=findings, failed=problem.message, hint=problem.hint)


def render(
    sources: Sequence[Path], order: Order, workers: int | None = None, own_folder: bool = False
) -> Iterator[Printed]:
    """What became of each record: of a run that goes on after a stop, first those that
    were printed before, then the others in the order of `sources`.

    Of many records, so many `workers` (or one for each core) print at once.
    `own_folder` says that the folder is there for this run only, so that what is left in
    it and no longer right is taken away. Raises UsageProblem for an unknown format.
    """
    known_formats(order.to)
    done = _outcomes(sources, order, workers, own_folder)
    yield from _told_apart(done) if order.force else done


def _outcomes(
    sources: Sequence[Path], order: Order, workers: int | None, own_folder: bool
) -> Iterator[Printed]:
    folder = folder_of(sources, order)
    if len(sources) <= MANY:
        _clear(folder if own_folder else None, ())
        for bundle in _bundles(sources):
            yield from print_records(order, bundle)
        return
    marks = dict(_marks(sources, order))
    with Journal(folder, kept=own_folder) as journal:
        known = {source: _recalled(source, journal.done.get(mark, {})) for source, mark in marks.items()}
        before = [printed for printed in known.values() if printed]
        rest = [source for source, printed in known.items() if not printed]
        _clear(folder if own_folder else None, before)
        for printed in chain(before, _spread(rest, order, workers)):
            if not printed.failed:
                journal.add(marks[printed.source], _noted(printed))
            yield printed


def _told_apart(results: Iterable[Printed]) -> Iterator[Printed]:
    """Of two records that printed to one name, the second has failed: where files are to
    be overwritten, nothing else would tell that there is one for both."""
    first: dict[Path, Path] = {}
    for printed in results:
        named = [first.setdefault(file, printed.source) for file in printed.files]
        if taken := [source for source in named if source != printed.source]:
            printed.failed = f"{printed.source} 和 {taken[0]} 印成了同一个文件，只留下其中一份"
            printed.hint = "看两份的编号是不是重复了；没有重复的，用 -o 分两次打印到两个文件夹"
        yield printed


def folder_of(sources: Sequence[Path], order: Order) -> Path:
    """Where the prints go; for records of several stations, those of the first that is in order."""
    if order.into:
        return order.into
    for source in {source.parent: source for source in sources}.values():
        with suppress(RecordkitError, OSError):
            return default_folder(order.home(source))
    return default_folder(None)


def _clear(folder: Path | None, known: Iterable[Printed]) -> None:
    """Take prints away that no record known from before has."""
    right = {file for printed in known for file in printed.files}
    for file in folder.glob("[!.]*") if folder else ():
        if file.absolute() not in right:
            file.unlink()


def _spread(sources: Sequence[Path], order: Order, workers: int | None) -> Iterator[Printed]:
    """The bundles' results; of one over which its process died, those of each record alone."""
    from .crew import cores, spread  # 13 ms that a single record need not wait

    work = partial(print_records, order)
    for bundle, done in spread(work, _bundles(sources), workers or cores()):
        if done is None and len(bundle) > 1:
            for [source], alone in spread(work, ([source] for source in bundle), 1):
                yield from alone or [_died(source)]
        else:
            yield from done or [_died(bundle[0])]


def _died(source: Path) -> Printed:
    said = "打印这份记录时程序意外退出，可能是内存不够"
    return Printed(source, failed=said, hint="单独打印这一份试试；还不行，请报告给维护的人")


def _bundles(sources: Iterable[Path]) -> Iterator[list[Path]]:
    for _, group in groupby(sources, key=lambda source: source.parent):
        while bundle := list(islice(group, _BUNDLE)):
            yield bundle


# --- what was printed before -----------------------------------------------------


def _marks(sources: Sequence[Path], order: Order) -> Iterator[tuple[Path, str]]:
    """Each record with a mark that changes when it, what lies around it or the way it is
    printed has changed."""
    around = cache(_around)
    made = folder_of(sources, order).absolute()  # may lie among the records, and changes with every print
    for folder, group in groupby(sources, key=lambda source: source.parent):
        root = order.station or folder.absolute().parent.parent
        common = (__version__, order, folder.absolute(), around(root), _state(folder.rglob("*"), made))
        for source in group:
            yield source, disk.digest(repr((common, source.name)).encode())


def _around(root: Path) -> list[tuple[str, int, int]]:
    """The state of a station's files that its records print from: profile, layouts, clients."""
    if not (root / PROFILE).is_file():
        return []
    clients = root.glob("clients/*/client-record.yaml")
    return _state([root / PROFILE, *(root / "templates").rglob("*"), *clients])


def _state(files: Iterable[Path], but: Path | None = None) -> list[tuple[str, int, int]]:
    """Names, times and sizes of files, `but` for those of a folder."""
    counted = (file for file in sorted(files) if not but or but not in file.absolute().parents)
    found = ((str(file), file.stat()) for file in counted if file.is_file())
    return [(name, about.st_mtime_ns, about.st_size) for name, about in found]


def _noted(printed: Printed) -> dict[str, Any]:
    about = {name: getattr(printed, name) for name in _NOTED}
    return {"files": [str(file.absolute()) for file in printed.files], **about}


def _recalled(source: Path, noted: Mapping[str, Any]) -> Printed | None:
    """What an earlier run noted, if its files are still there."""
    files = [Path(name) for name in noted.get("files", ())]
    if not files or not all(file.is_file() for file in files):
        return None
    printed = Printed(source, files, earlier=True)
    for name in _NOTED:
        setattr(printed, name, str(noted.get(name, "")))
    return printed
