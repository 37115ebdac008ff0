"""One engine in a process of its own: `python -m bench.engines NAME SERIES FOLDER`.

It says `ready` with its version, or `missing` with the reason. Then each line
it is given is the number of a document, with a path if somebody wants to see
it; the answer is how many milliseconds the document took. `memory` asks for
the most memory the process has had, in kilobytes. docxtemplater.js answers the
same questions.
"""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from . import paper_engines as paper
from . import word_engines as word
from .peers import Missing
from .word_engines import Start

ENGINES: Mapping[str, Callable[[str, Path], tuple[str, Start]]] = {
    "recordkit-docx": word.recordkit_word,
    "recordkit-pdf": paper.recordkit_pdf,
    "docxtpl": word.docxtpl,
    "by-hand": paper.by_hand,
    "weasyprint": paper.weasyprint,
    "weasyprint-fixed": paper.fixed_tables,
    "weasyprint-without": paper.without_subset,
    "libreoffice": paper.libreoffice,
    "libreoffice-pile": paper.libreoffice_pile,
}


def _memory() -> int:
    """The most this process has had, or the largest it has started."""
    status = Path("/proc/self/status").read_text("ascii")
    own = re.search(r"VmHWM:\s*(\d+)", status)
    return max(int(own[1]) if own else 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def main(name: str, series: str, folder: str) -> None:
    """Answer until nobody asks any more."""
    try:
        found, start = ENGINES[name](series, Path(folder))
    except (ImportError, OSError, Missing) as reason:
        print("missing", str(reason).partition("\n")[0], flush=True)
        return
    print("ready", found, flush=True)
    for line in sys.stdin:
        print(_memory() if line == "memory\n" else _made(start, *line.split()), flush=True)


def _made(start: Start, number: str, path: str = "") -> float:
    work = start(int(number))
    begun = time.perf_counter()
    data = work()
    taken = (time.perf_counter() - begun) * 1000
    if path:
        Path(path).write_bytes(data)
    return taken


if __name__ == "__main__":
    main(*sys.argv[1:])
