"""pdf-lib, a PDF library for JavaScript, as a program that fills in forms."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_SCRIPT = """
const {PDFDocument, PDFTextField, PDFCheckBox, PDFDropdown} = require('pdf-lib');
const fs = require('fs');
(async () => {
  for (const name of JSON.parse(fs.readFileSync('names.json'))) {
    const document = await PDFDocument.load(fs.readFileSync(name + '.pdf'));
    const values = JSON.parse(fs.readFileSync(name + '.json'));
    for (const field of document.getForm().getFields()) {
      const value = values[field.getName()];
      if (value === undefined) continue;
      if (field instanceof PDFTextField) field.setText(value);
      else if (field instanceof PDFDropdown) field.select(value);
      else if (field instanceof PDFCheckBox) value === '/1' ? field.check() : field.uncheck();
    }
    fs.writeFileSync(name + '.filled.pdf', await document.save({updateFieldAppearances: false}));
  }
})().catch(error => { console.error(error); process.exit(1); });
"""


def fetched(folder: Path) -> str | None:
    """Put pdf-lib into the folder; the reason, in words, why that cannot be done."""
    if not (shutil.which("npm") and shutil.which("node")):
        return "no node: Debian's npm"
    (folder / "package.json").write_text("{}")
    command = ["npm", "install", "pdf-lib@1.17.1", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    return "npm cannot fetch pdf-lib" if done.returncode else None


def filled(papers: Mapping[str, tuple[bytes, Mapping[str, str]]], folder: Path) -> dict[str, bytes]:
    """Each form with what is typed into its fields (`/1` for a tick), by its name."""
    for name, (data, values) in papers.items():
        (folder / f"{name}.pdf").write_bytes(data)
        (folder / f"{name}.json").write_text(json.dumps(values))
    (folder / "names.json").write_text(json.dumps(list(papers)))
    subprocess.run(["node", "-e", _SCRIPT], cwd=folder, check=True, timeout=300)
    return {name: (folder / f"{name}.filled.pdf").read_bytes() for name in papers}
