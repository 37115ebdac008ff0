"""`python -m bench [--quick] [PART…]`: recordkit measured beside what people would use instead.

Prints what it finds, keeps it as docs/performance.json and makes docs/performance.md
of it with its plots. A run of some parts takes the place of those parts, if the rest
was measured on the same machine with the same libraries; `--quick` changes no file.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import batch, commands, compare, goals, growth, machine, page, plots, reading, results

DOCS = Path(__file__).resolve().parents[1] / "docs"
PARTS: Mapping[str, Callable[[bool], results.Part]] = {
    "docx": compare.word,
    "pdf": compare.paper,
    "commands": commands.commands,
    "batch": batch.batch,
    "growth": growth.growth,
    "reading": reading.reading,
}


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and after a whole run write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n\n")[2])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="few rounds, small numbers: to try it")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.parts if name not in PARTS]:
        parser.error(f"no part is called {unknown[0]}; there are: {', '.join(PARTS)}")
    run = results.Run(machine.described(), [])
    for name in chosen.parts or PARTS:
        run.parts.append(_measured(name, chosen.quick))
    verdict = results.Part("goals", "Goals", "", [goals.table(run, measured=True)])
    print("\n".join(results.printed(verdict)))
    if not chosen.quick:
        write(run if not chosen.parts else _among_the_kept(run))


def _among_the_kept(run: results.Run) -> results.Run:
    """The parts of this run, and those that were kept before of the others."""
    kept = results.load(DOCS / "performance.json")
    if kept.machine != run.machine:
        sys.exit("docs/performance.json was measured elsewhere or with other libraries: run all parts")
    fresh = {part.name: part for part in run.parts}
    return results.Run(run.machine, [fresh.get(part.name, part) for part in kept.parts])


def _measured(name: str, quick: bool) -> results.Part:
    start = time.perf_counter()
    part = PARTS[name](quick)
    print("\n".join(results.printed(part)), f"\n  {time.perf_counter() - start:.0f} s", flush=True)
    return part


def write(run: results.Run) -> None:
    """Keep the run, and make page and plots of it."""
    run.save(kept := DOCS / "performance.json")
    run = results.load(kept)  # with the digits that are kept, so that page and plots can be made again
    (DOCS / "performance.md").write_text(page.text(run), encoding="utf-8", newline="\n")
    plots.write(run, DOCS / "images")
    print("\nwritten: docs/performance.md, docs/performance.json, docs/images/performance-*.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
