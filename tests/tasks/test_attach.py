"""Signed paper comes back: a photographed page finds its record, a person says who signed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from scans_kit import CASE, FOLLOW_UP, SIGNED, everything, photo, photographed

from recordkit.errors import Exit
from recordkit.records import disk
from recordkit.records.reading import load


def test_a_photographed_page_finds_its_record(recordkit: Callable, station: Path) -> None:
    first, *_ = photographed(recordkit, station)
    original = first.read_bytes()

    done = recordkit("attach", first, cwd=station)

    record = load(station / FOLLOW_UP).record
    [scan] = record.signed_scan
    assert done.code == Exit.DONE, done
    assert scan.file == "attachments/LX01-GA-2026-0007-10-2 签字件-1.jpg"
    assert disk.digest((station / CASE / scan.file).read_bytes()) == scan.sha256
    assert "还没有签：社会工作者" in done.err
    assert "--signed sign_worker" in done.err
    assert not record.is_signed
    assert first.read_bytes() == original


def test_a_signature_is_settled_with_its_proof(recordkit: Callable, station: Path) -> None:
    pages = photographed(recordkit, station)

    done = recordkit("attach", *pages, *SIGNED, cwd=station)

    record = load(station / FOLLOW_UP).record
    signature = record.sign_worker
    last = record.signed_scan[-1]
    assert done.code == Exit.DONE, done
    assert (signature.state, str(signature.on), signature.by) == ("已签", "2026-10-09", "S02")
    assert (signature.proof.scan, signature.proof.sha256) == (last.name, last.sha256)
    assert (signature.proof.version, signature.proof.mark) == ("1", record.mark())
    assert len(record.signed_scan) == len(pages)
    assert recordkit("check", FOLLOW_UP, "--for", "办结", cwd=station).code == Exit.DONE


def test_a_signed_record_keeps_what_it_printed_of_others(recordkit: Callable, station: Path) -> None:
    pages = photographed(recordkit, station)
    recordkit("attach", pages[0], *SIGNED, cwd=station)
    client = station / "clients/LX01-FW-000123/client-record.yaml"
    client.write_text(client.read_text(encoding="utf-8").replace("泉景社区", "柳岸社区"), encoding="utf-8")

    recordkit("render", FOLLOW_UP, "-o", "出", "--to", "pdf", cwd=station)

    [pdf] = (station / "出").glob("*.pdf")
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    assert load(station / FOLLOW_UP).record.printed.texts == {"client_brief": "韩琇云　女　78岁　泉景社区"}
    assert "泉景社区" in text
    assert "柳岸社区" not in text


def test_the_rows_of_a_signed_table_stay_as_they_were(recordkit: Callable, station: Path) -> None:
    evaluation = f"{CASE}/outcome-evaluation.yaml"
    scan = photo(station.parent / "评估.jpg")
    recordkit(
        "attach", scan, "--to", evaluation, "--signed", "sign_worker", "--on", "2026-06-17", cwd=station
    )
    plan = station / CASE / "service-plan.yaml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace("statement: ", "statement: 改过的"), encoding="utf-8"
    )

    recordkit("render", evaluation, "-o", "出", "--to", "pdf", cwd=station)

    [pdf] = (station / "出").glob("*.pdf")
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    assert "改过的" not in text


def test_what_a_person_typed_stays_as_it_was(recordkit: Callable, station: Path) -> None:
    path = station / FOLLOW_UP
    typed = path.read_text(encoding="utf-8").replace("mode: 入户", "# 钥匙在门卫\nmode: 入户")
    path.write_bytes(typed.replace("\n", "\r\n").encode("utf-8"))
    [first, *_] = photographed(recordkit, station)

    done = recordkit("attach", first, *SIGNED, cwd=station)

    text = path.read_bytes().decode()
    assert "注释没有保留" not in done.err
    assert "# 钥匙在门卫\r\nmode: 入户\r\n" in text
    assert text.startswith(typed.replace("\n", "\r\n").partition("sign_worker")[0])


def test_the_same_file_twice_is_not_doubled(recordkit: Callable, station: Path) -> None:
    [first, *_] = photographed(recordkit, station)
    recordkit("attach", first, cwd=station)
    before = everything(station)

    done = recordkit("attach", first, cwd=station)

    assert done.code == Exit.DONE
    assert "已经归入过" in done.err
    assert everything(station) == before


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"x")], ids=["lost", "altered"])
def test_a_scan_that_came_to_harm_is_put_back(recordkit: Callable, station: Path, harm: Callable) -> None:
    [first, *_] = photographed(recordkit, station)
    recordkit("attach", first, *SIGNED, cwd=station)
    [kept] = (station / CASE / "attachments").glob("*签字件*")
    harm(kept)

    done = recordkit("attach", first, cwd=station)

    assert done.code == Exit.DONE
    assert "重新放入" in done.err
    assert recordkit("check", FOLLOW_UP, "--for", "办结", cwd=station).code == Exit.DONE


def test_an_intake_signed_before_it_had_a_number_is_found_by_its_content(
    recordkit: Callable, station: Path
) -> None:
    intake = station / CASE / "intake.yaml"
    text = intake.read_text(encoding="utf-8")
    without = "".join(
        line for line in text.splitlines(True) if not line.startswith(("form_no:", "case_no:", "sign_"))
    )
    intake.write_text(without, encoding="utf-8")
    [first, *_] = photographed(recordkit, station, f"{CASE}/intake.yaml")
    intake.write_text(text, encoding="utf-8")

    done = recordkit("attach", first, cwd=station)

    assert done.code == Exit.DONE, done
    assert "LX01-GA-2026-0007-02 签字件-1.jpg" in done.out


def test_photos_are_evidence_with_day_title_and_consent(recordkit: Callable, station: Path) -> None:
    visit = f"{CASE}/home-visit-0001.yaml"
    mark = load(station / visit).record.mark()
    scans = [photo(station.parent / "a.jpg", "red", "2026:03:06"), photo(station.parent / "b.jpg", "blue")]

    done = recordkit(
        "attach",
        *scans,
        "--to",
        visit,
        "--as",
        "photos",
        "--title",
        "卫生间",
        "--consent",
        "协议书勾选同意",
        cwd=station,
    )

    record = load(station / visit).record
    assert done.code == Exit.DONE, done
    assert [one.file for one in record.photos] == [
        f"attachments/LX01-GA-2026-0007-07-1 现场照片-{number}.jpg" for number in (1, 2)
    ]
    assert [str(one.taken_on) for one in record.photos] == ["2026-03-06", "None"]
    assert {(one.title, one.consent) for one in record.photos} == {("卫生间", "协议书勾选同意")}
    assert record.mark() == mark


def test_a_diagram_of_a_signed_record_is_not_changed(recordkit: Callable, station: Path) -> None:
    scan, assessment = photo(station.parent / "图.png"), f"{CASE}/assessment.yaml"
    before = everything(station)

    done = recordkit("attach", scan, "--to", assessment, "--as", "家系图", cwd=station)

    assert done.code == Exit.CONFLICT
    assert "revise" in done.err
    assert everything(station) == before

    forced = recordkit("attach", scan, "--to", assessment, "--as", "genogram", "--force", cwd=station)

    assert forced.code == Exit.DONE
    assert load(station / assessment).record.genogram.name == "LX01-GA-2026-0007-04 家系图-1.png"
    assert (station / CASE / "attachments/genogram.png").is_file()


def test_a_consent_is_filed_without_undoing_a_signature(recordkit: Callable, station: Path) -> None:
    client = "clients/LX01-FW-000123/client-record.yaml"
    first, second = photo(station.parent / "一.jpg"), photo(station.parent / "二.jpg", "blue")
    recordkit(
        "attach", first, "--to", client, "--signed", "sign_client:手印", "--on", "2026-02-26", cwd=station
    )

    done = recordkit("attach", second, "--to", "LX01-GA01-2026-0123", "--as", "consent_scan", cwd=station)

    assert done.code == Exit.DONE, done
    assert "SG-01" not in recordkit("check", client, cwd=station).out


def test_on_a_terminal_one_is_asked_who_signed(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("1 手印\n2026年10月9日\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = recordkit("attach", photo(station.parent / "a.jpg"), "--to", FOLLOW_UP, cwd=station)

    signature = load(station / FOLLOW_UP).record.sign_worker
    assert done.code == Exit.DONE, done
    assert "1  社会工作者" in done.err
    assert (signature.state, str(signature.on)) == ("手印", "2026-10-09")


def test_programs_get_the_answer_as_json(recordkit: Callable, station: Path) -> None:
    done = recordkit("attach", photo(station.parent / "a.jpg"), "--to", FOLLOW_UP, "--json", cwd=station)

    [one] = json.loads(done.out)["attached"]
    assert one["waiting"] == ["sign_worker"]
    assert one["file"].endswith("LX01-GA-2026-0007-10-2 签字件-1.jpg")
