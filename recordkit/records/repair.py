"""Record files as text: decoded, cleaned, and put right where Chinese input
methods and editors write what YAML reads otherwise. Everything is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from difflib import get_close_matches

from .text import clean

# Tells what was put right, and on which line.
Tell = Callable[[str, int], None]
_BLOCK = re.compile(r"(?:^|[:\-]\s+)[|>][+-]?\d?[+-]?\s*$")
_KEY = re.compile(r"((?:[-－]\s+)*)([^:：#\"'|>]+?)\s*([:：])(\s*)")


def decoded(data: bytes, tell: Tell) -> str | None:
    """The text of UTF-8, GB 18030 or UTF-16 bytes; None where no encoding fits."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        if encoding == "gb18030" and _damaged(data):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig":
            tell(f"文件是 {encoding.upper()} 编码，已按此读入；保存时会改为 UTF-8", 0)
        return text
    return None


def _damaged(data: bytes) -> bool:
    """Whether it is UTF-8 with few wrong bytes: read as GB 18030 it would be nonsense."""
    text = data.decode("utf-8", "replace")
    han = sum("一" <= character <= "鿿" for character in text)
    return text.count("\ufffd") * 5 < han


def cleaned(text: str, tell: Tell) -> str:
    """Without what cannot be kept or printed."""
    whole, removed = clean(text)
    if removed:
        line = next(i for i, part in enumerate(text.split("\n"), 1) if clean(part)[1])
        tell(f"去掉了不能保存和打印的字符：{'、'.join(removed)}", line)
    return whole


def repaired(text: str, names: Set[str], tell: Tell) -> str:
    """With `键: 值` for keys among `names`, and blanks where lines are indented.
    Long texts under `|` keep their own indentation."""
    lines = text.split("\n")
    inside, hang = -1, 0
    for index, line in enumerate(lines):
        bare = line.lstrip(" \t　")
        lead = line[: len(line) - len(bare)].replace("\t", "  ").replace("　", "  ")
        if inside >= 0 and (not bare or len(lead) > inside):
            hang = hang or max(len(line) - len(line.lstrip(" ")), inside + 2) * bool(bare)
            lines[index] = _hung(line, inside, hang)
            if lines[index] != line:
                tell("行首的制表符或全角空格，已在前面补上空格，作为上面那一项的文字读入", index + 1)
            continue
        dashes, fixed = _fixed_key(bare, names)
        if lead + fixed != line:
            tell("全角冒号、制表符或冒号后缺的空格，已按“键: 值”读入", index + 1)
            lines[index] = lead + fixed
        inside, hang = (len(lead) + dashes if _BLOCK.search(fixed) else -1), 0
    return "\n".join(lines)


def _hung(line: str, inside: int, hang: int) -> str:
    """A line of a long text, indented by blanks as YAML wants it."""
    bare = line.lstrip(" ")
    if not bare.strip() or len(line) - len(bare) > inside:
        return line
    return " " * hang + bare.lstrip("\t")


def _fixed_key(bare: str, names: Set[str]) -> tuple[int, str]:
    """Width of the dashes before the key, and the line with `键: 值`."""
    found = _KEY.match(bare)
    if not found or not (found[2] in names or _misspelt(found, names)):
        return 0, bare
    rest = bare[found.end() :]
    dashes = found[1].replace("－", "-")
    return len(dashes), f"{dashes}{found[2]}:{' ' + rest if rest else ''}"


def _misspelt(found: re.Match[str], names: Set[str]) -> bool:
    """A misspelt key before a full-width colon is still a key, and told as one later."""
    dashes, word, colon, _ = found.groups()
    return not dashes and colon == "：" and len(word) < 30 and bool(get_close_matches(word, names, 1, 0.6))
