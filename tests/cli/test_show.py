"""`recordkit show --guide`: the filling guide of one form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdf
from conftest import Done

Run = Callable[..., Done]


def test_a_guide_lies_beside_the_blanks_and_names_every_section(recordkit: Run, station: Path) -> None:
    done = recordkit("show", "接案", "--guide", cwd=station)
    path = Path(done.out.strip())
    said = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    said = "".join(said.split())

    assert done.code == 0, done.err
    assert (path.parent.name, path.name) == ("打印", "GA02 个案接案登记表（填写说明）.pdf")
    assert all(word in said for word in ("求助内容", "初步评估", "紧急程度", "历下区××街道社会工作服务站"))


def test_a_guide_is_the_same_each_time_and_not_written_over(
    recordkit: Run, station: Path, tmp_path: Path
) -> None:
    first = recordkit("show", "接案", "--guide", "-o", tmp_path / "甲", cwd=station)
    recordkit("show", "接案", "--guide", "-o", tmp_path / "乙", cwd=station)
    [made], [again] = (list((tmp_path / name).iterdir()) for name in "甲乙")

    assert first.code == 0
    assert made.read_bytes() == again.read_bytes()
    assert recordkit("show", "接案", "--guide", "-o", tmp_path / "甲", cwd=station).code == 0
    made.write_bytes(b"somebody's own")
    assert recordkit("show", "接案", "--guide", "-o", tmp_path / "甲", cwd=station).code == 5
    assert made.read_bytes() == b"somebody's own"
    assert recordkit("show", "接案", "--guide", "-o", tmp_path / "甲", "--force", cwd=station).code == 0


def test_a_guide_needs_no_station(recordkit: Run, tmp_path: Path) -> None:
    done = recordkit("show", "探访", "--guide", cwd=tmp_path)

    assert done.code == 0, done.err
    assert Path(done.out.strip()).parent == tmp_path / "打印"
    # A title's stroke is no folder.
    assert Path(done.out.strip()).name == "GA07 探访记录表（入户、电话）（填写说明）.pdf"
