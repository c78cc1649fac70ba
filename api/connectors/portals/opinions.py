"""What people ask and think as records of a deployment. Pure.

There is no public documentation of how portals take them: names of services and fields, and words for states,
are settings, and what is usual here is our own choice.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.connectors.dialect import PortalDialect
from api.connectors.names import Names, Word
from api.connectors.portals.rules import RecordRules
from api.connectors.portals.writing import Writing
from storage.portal_reports.kinds import OpinionKind

Content = Mapping[str, Any]


class QuestionNames(Names):
    """Of a question with its answer."""

    key: Word = "MaCauHoi"
    agency: Word = "MaDonVi"
    agency_name: Word = "TenDonVi"
    procedure: Word = "MaTTHC"
    field: Word = "TenLinhVuc"
    state: Word = "TrangThai"
    question: Word = "NoiDungCauHoi"
    answer: Word = "NoiDungTraLoi"
    published_at: Word = "NgayCongKhai"


class ComplaintNames(Names):
    """Of a complaint or suggestion."""

    key: Word = "MaPhanAnh"
    agency: Word = "MaDonVi"
    agency_name: Word = "TenDonVi"
    kind: Word = "LoaiPhanAnh"
    topic: Word = "ChuDe"
    state: Word = "TrangThai"
    received_at: Word = "NgayTiepNhan"
    process_by: Word = "NgayHenTra"
    closed_at: Word = "NgayKetThucXuLy"
    text: Word = "NoiDungPhanAnh"
    answer: Word = "NoiDungTraLoi"


class RatingNames(Names):
    """Of the ratings of an agency in a month, and of the entries in the list of reasons."""

    key: Word = "MaDanhGia"
    agency: Word = "MaDonVi"
    agency_name: Word = "TenDonVi"
    month: Word = "Thang"
    total: Word = "TongSo"
    dissatisfied: Word = "SoKhongHaiLong"
    satisfied: Word = "SoHaiLong"
    very_satisfied: Word = "SoRatHaiLong"
    reasons: Word = "DanhSachLyDo"
    level: Word = "MucDo"
    reason: Word = "LyDo"
    count: Word = "SoLuong"


class OpinionRules(BaseModel):
    """How a deployment takes them.

    Attributes:
        words: theirs for ours: states, kinds and topics of complaints, levels and reasons of ratings. Ours
            are written where they have none.
        month_format: as for `strftime`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: QuestionNames = QuestionNames()
    complaint: ComplaintNames = ComplaintNames()
    rating: RatingNames = RatingNames()
    words: Mapping[str, Annotated[str, Field(min_length=1, max_length=100)]] = {}
    month_format: Annotated[str, Field(min_length=1, max_length=20)] = "%Y%m"


def opinion_record(
    kind: OpinionKind,
    key: str,
    content: Content,
    *,
    dialect: PortalDialect,
    rules: OpinionRules,
    records: RecordRules,
) -> Mapping[str, Any]:
    """Return a record of what `storage.portal_reports.opinions` has drawn up.

    Args:
        kind: of what.
        key: by which the portal knows it again.
        content: what was drawn up.
        dialect: how the deployment writes.
        rules: how it takes opinions.
        records: how it names agencies and procedures, and how long texts may be.
    """
    writing = Writing(dialect, records)
    write = {
        OpinionKind.QUESTION: _question,
        OpinionKind.COMPLAINT: _complaint,
        OpinionKind.RATING: _rating,
    }[kind]
    write(writing, key, content, rules, records)
    return writing.done().record


def _question(
    writing: Writing, key: str, content: Content, rules: OpinionRules, records: RecordRules
) -> None:
    names = rules.question
    _whose(writing, names, key, content, records)
    procedure = content.get("procedure")
    writing.put(names.procedure, records.procedures.get(procedure or "", procedure))
    writing.text(names.field, content.get("field"))
    writing.put(names.state, _word(rules, content["state"]))
    writing.text(names.question, content.get("question"))
    writing.text(names.answer, content.get("answer"))
    writing.time(names.published_at, content["published_at"])


def _complaint(
    writing: Writing, key: str, content: Content, rules: OpinionRules, records: RecordRules
) -> None:
    names = rules.complaint
    _whose(writing, names, key, content, records)
    for name in ("kind", "topic", "state"):
        writing.put(getattr(names, name), _word(rules, content[name]))
    for name in ("received_at", "process_by", "closed_at"):
        writing.time(getattr(names, name), content.get(name))
    writing.text(names.text, content.get("text"))
    writing.text(names.answer, content.get("answer"))


def _rating(writing: Writing, key: str, content: Content, rules: OpinionRules, records: RecordRules) -> None:
    names = rules.rating
    _whose(writing, names, key, content, records)
    writing.put(names.month, date.fromisoformat(content["month"]).strftime(rules.month_format))
    for name in ("total", "dissatisfied", "satisfied", "very_satisfied"):
        writing.put(getattr(names, name), content[name])
    reasons = []
    for one in content["reasons"]:
        entry = writing.within()
        entry.put(names.level, _word(rules, one["level"]))
        entry.put(names.reason, _word(rules, one["reason"]))
        entry.put(names.count, one["count"])
        reasons.append(entry.done())
    writing.each(names.reasons, reasons)


def _whose(
    writing: Writing,
    names: QuestionNames | ComplaintNames | RatingNames,
    key: str,
    content: Content,
    records: RecordRules,
) -> None:
    writing.put(names.key, key)
    writing.put(names.agency, content["agency"])
    writing.text(names.agency_name, records.agencies.get(content["agency"], content["agency_name"]))


def _word(rules: OpinionRules, ours: str) -> str:
    return rules.words.get(ours, ours)
