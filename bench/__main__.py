"""One form, side by side in one run: `python -m bench`.

DOCX against docxtpl on the same template and texts, PDF against stock
WeasyPrint on the same blocks, the command line against a bare interpreter.
The peers take turns, so that a busy moment hits all alike; medians and their
spread are printed, and ratios. A peer that is not installed is named.
"""

from __future__ import annotations

import html
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from recordkit import forms
from recordkit.formats import docx, pdf
from recordkit.forms.blocks import Arranged, Cell, Grid, Note, Signatures, Table, cells
from recordkit.tasks.workspace import Workspace, opened

from . import reading

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "samples" / "dossiers" / "LX01-GA-2026-0007"
ROUNDS = 9


def main() -> None:
    """Measure and print the tables."""
    form, arranged, day = _form()
    template = docx.template(form)
    ready = docx.ready(form)
    texts = arranged.view()
    table(
        "DOCX，同一模板和数据",
        turns(
            {
                "recordkit": lambda: docx.write(arranged, ready),
                "docxtpl": _docxtpl(template, texts),
            }
        ),
        "docxtpl",
    )
    table(
        "PDF，同一张表",
        turns(
            {
                "recordkit": lambda: pdf.write(arranged, day),
                "WeasyPrint": _weasyprint(arranged),
            }
        ),
        "WeasyPrint",
    )
    with tempfile.TemporaryDirectory() as folder:
        record = str(CASE / "intake.yaml")
        table("命令行，从启动到结束", turns({
            "python -c pass": _process("-c", "pass"),
            "recordkit --help": _process("-m", "recordkit", "--help"),
            "render --to pdf": _process("-m", "recordkit", "render", record, "--to", "pdf", "-o", folder, "--force"),
            "render --to docx": _process("-m", "recordkit", "render", record, "--to", "docx", "-o", folder, "--force"),
        }), "python -c pass", times=True)  # fmt: skip
    _reading(opened(ROOT / "samples"))


def _reading(station: Workspace) -> None:
    """Returned forms read back, a pile of each format and five hundred in one run."""
    for title, count, peers, against in reading.comparisons(station):
        taken = turns(peers)
        table(title, taken, against)
        ours = statistics.median(next(iter(taken.values())))
        print(f"    {count * 1000 / ours:.0f} 张/秒")
    print("\nrecordkit read 文件夹，整个命令")
    for count, seconds, megabytes in reading.pile(station):
        print(f"    {count} 份：{seconds:.1f} 秒，{count / seconds:.0f} 份/秒，内存 {megabytes} MB")


def turns(peers: Mapping[str, Callable[[], object] | None]) -> dict[str, list[float]]:
    """Milliseconds of each peer, `ROUNDS` times in turns after one that warms up."""
    taken: dict[str, list[float]] = {name: [] for name in peers}
    for turn in range(ROUNDS + 1):
        for name, work in peers.items():
            if work is None:
                continue
            start = time.perf_counter()
            work()
            if turn:
                taken[name].append((time.perf_counter() - start) * 1000)
    return taken


def table(title: str, taken: Mapping[str, list[float]], against: str, times: bool = False) -> None:
    """Median, quartiles and the ratio to `against`; `times` says how many times slower."""
    print(f"\n{title}\n{'':24}{'median ms':>12}{'quartiles':>18}{'ratio':>10}")
    base = statistics.median(taken[against]) if taken[against] else None
    for name, spent in taken.items():
        if not spent:
            print(f"{name:24}  not installed")
            continue
        low, middle, high = statistics.quantiles(spent, n=4)
        ratio = (middle / base if times else base / middle) if base else float("nan")
        print(f"{name:24}{middle:12.2f}{f'{low:.2f}–{high:.2f}':>18}{ratio:9.1f}×")


def _form() -> tuple[forms.Form, Arranged, object]:
    station = opened(ROOT / "samples")
    context = station.context(CASE)
    [record] = context.all("casework/intake")
    form = forms.load(record.form_id)
    return form, forms.filled(form, record, context), record.form_day()


def _docxtpl(template: bytes, texts: Mapping[str, object]) -> Callable[[], object] | None:
    try:
        from docxtpl import DocxTemplate
    except ImportError:
        return None

    def work() -> None:
        document = DocxTemplate(io.BytesIO(template))
        document.render(dict(texts), autoescape=True)
        document.save(io.BytesIO())

    return work


def _weasyprint(arranged: Arranged) -> Callable[[], object] | None:
    try:
        from weasyprint import HTML
    except ImportError:
        return None
    page = _html(arranged)
    return lambda: HTML(string=page).write_pdf()


def _html(arranged: Arranged) -> str:
    """The blocks as a person would write them for a browser, with the usual fonts."""
    style = (
        "@page{size:A4;margin:25mm 22mm 25mm 28mm} body{font-family:'Noto Serif CJK SC';font-size:10.5pt}"
        "table{border-collapse:collapse;width:100%} td,th{border:.5pt solid;padding:1.8mm}"
        "th{font-family:'Noto Sans CJK SC';font-weight:400;width:26mm} h1{text-align:center;font-size:22pt}"
    )
    body = "".join(_block(block) for block in arranged.blocks)
    return f"<html lang=zh><style>{style}</style><h1>{arranged.page.title}</h1>{body}</html>"


def _block(block: object) -> str:
    match block:
        case Grid(title=title, rows=rows):
            lines = "".join(f"<tr>{''.join(_pair(cell, 4 // len(row)) for cell in row)}</tr>" for row in rows)
            return f"<table>{f'<tr><td colspan=4><b>{title}</b></td></tr>' if title else ''}{lines}</table>"
        case Table(columns=columns, rows=rows):
            head = "".join(f"<th>{html.escape(column.label)}</th>" for column in columns)
            lines = "".join(f"<tr>{''.join(f'<td>{_lines(c.text)}</td>' for c in row)}</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead>{lines}</table>"
        case Signatures():
            return f"<table><tr>{''.join(f'<td>{c.label}：{_lines(c.text)}</td>' for c in cells(block))}</tr></table>"
        case Note(text=text):
            return f"<p>{_lines(text)}</p>"
        case _:
            return ""


def _pair(cell: Cell, span: int) -> str:
    return f"<th>{html.escape(cell.label)}</th><td colspan={max(span - 1, 1)}>{_lines(cell.text)}</td>"


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _process(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


if __name__ == "__main__":
    main()
