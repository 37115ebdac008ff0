"""Parts that records are made of besides plain values: signatures and files."""

from __future__ import annotations

import re
from typing import Any

from . import fields as f
from .dates import print_day, read_day
from .kinds import Files, Picture, Seal, Sign, Unstated
from .model import Block

STATES = "未签;已签;手印;代签;拒签;无需"


class Proof(Block):
    """Where the signed paper is: a scan in the dossier, or the original's place."""

    scan: f.Text = f.text("扫描件", hint="附件文件名，由 recordkit attach 填写")
    sha256: f.Text = f.text("校验值")
    paper: f.Text = f.text("纸质原件位置", hint="如 2号柜第3盒")
    version: f.Text = f.text("签的是第几版")
    mark: f.Text = f.text("签的是哪份内容", hint="页脚版本号后的四位")

    @classmethod
    def from_text(cls, text: str) -> Proof:
        """A place of the paper, written alone."""
        return cls(paper=text)

    def brief(self) -> str:
        """`扫描件 签字件-1` or `原件：2号柜第3盒`: the box of a signature is small, and
        the record's number stands in the page's head."""
        if self.scan:
            return f"扫描件 {re.sub(r'^.* |[.][A-Za-z]+$', '', str(self.scan))}"
        return f"原件：{self.paper}" if self.paper else ""


class Signature(Block):
    """A wet signature: its state, day, signer and proof (users' rule 9).

    It is never printed as a name: the box stays empty for the pen, or says that
    it was signed and where the proof lies.
    """

    state: f.Choice = f.choice("状态", STATES)
    on: f.Day = f.day("日期")
    by: f.Text = f.ref("签字人", "人员编号")
    proof: Proof | None = f.make("凭证", Files(Proof))

    @classmethod
    def from_text(cls, text: str) -> Signature:
        """`已签 2026-03-05` in one line."""
        state, _, on = text.partition(" ")
        if state not in STATES.split(";"):
            raise ValueError(f"“{text}”不是签字状态，可写：{STATES.replace(';', '、')}；不写姓名")
        return cls(state=state, on=read_day(on) if on.strip() else None)

    @property
    def done(self) -> bool:
        """Whether somebody has signed."""
        return self.state in ("已签", "手印", "代签")

    @property
    def settled(self) -> bool:
        """Whether no more signature is awaited."""
        return self.state is not None and self.state != "未签"

    def brief(self) -> str:
        """`已签 2026年3月5日，扫描件 2`; empty while the pen is awaited."""
        if not self.settled:
            return ""
        day = f" {print_day(self.on)}" if self.on and not isinstance(self.on, Unstated) else ""
        proof = self.proof.brief() if self.proof else ""
        return f"{self.state}{day}" + (f"，{proof}" if proof else "")


class Attachment(Block):
    """A file that belongs to a record: scan, photo, drawing."""

    file: f.Text = f.text("文件", hint="相对于记录所在文件夹，如 attachments/genogram.png")
    title: f.Text = f.text("标题")
    taken_on: f.Day = f.day("拍摄日期")
    consent: f.Text = f.text("同意依据")
    sha256: f.Text = f.text("校验值")
    size: f.Text = f.text("大小")

    @classmethod
    def from_text(cls, text: str) -> Attachment:
        """A file name alone."""
        return cls(file=text)

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return re.split(r"[/\\]", str(self.file or ""))[-1]

    def brief(self) -> str:
        """Its title, else its file name."""
        return str(self.title or self.name)


def sign(label: str, **about: Any) -> Any:
    """A signature field."""
    return f.make(label, Sign(Signature), **about)


def seal(label: str, **about: Any) -> Any:
    """Room for an official seal."""
    return f.make(label, Seal(Signature), **about)


def files(label: str, **about: Any) -> Any:
    """Any number of attachments."""
    return f.make(label, Files(Attachment, many=True), **about)


def picture(label: str, **about: Any) -> Any:
    """One attached picture; a blank form leaves a frame for it."""
    return f.make(label, Picture(Attachment), **about)
