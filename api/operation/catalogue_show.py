"""The catalogue's versions and procedures, as a person and as a program reads them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.operation.words import NOTHING, add_row, when
from storage.procedures.comparing import Difference
from storage.procedures.formats.cleaning import Rule
from storage.procedures.formats.faults import FileRefusedError
from storage.procedures.formats.files import CatalogueFile
from storage.procedures.record import Method, Paper, Procedure
from storage.procedures.repository import ImportOutcome, Kept
from storage.procedures.versions import Revision, Version

RULES: Mapping[Rule, str] = {
    Rule.FEE_NOT_PUBLISHED: "Lệ phí 0 đồng là chưa công bố · a fee of 0 is one not published",
    Rule.FEE_FREE_BY_NOTE: "Miễn phí theo ghi chú · free by its note",
    Rule.FEE_IN_OTHER_UNIT: "Lệ phí theo đơn vị khác, xem ghi chú · a fee in another unit, told by its note",
    Rule.TIME_UNIT_UNKNOWN: "Đơn vị thời gian không rõ · a time limit of unknown unit",
    Rule.PAPER_IS_NOTE: "Dòng 0 bản là ghi chú · a row of no papers is a note",
    Rule.LEVEL_OF_AGENCY: "Thêm cấp theo cơ quan thực hiện · a level added by the executing agency",
    Rule.CODE_AS_PUBLISHED: "Mã sai dạng, giữ như công bố · a misprinted code, kept as published",
    Rule.NAME_OF_SEVERAL: "Trùng tên với thủ tục khác · the name of another procedure as well",
    Rule.CATALOGUE_FIELDS_ONLY: "Chỉ có thông tin danh mục · catalogue fields alone",
}
MARKS = {"added": "+", "changed": "~", "removed": "−"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A procedure that is other in one version than in another; `fields`: in which of its parts."""

    code: str
    name: str
    change: Literal["added", "changed", "removed"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A procedure and what became of it."""

    kept: Kept
    history: Sequence[Revision]


def outcome(found: ImportOutcome, file: CatalogueFile, *, dry_run: bool) -> dict[str, Any]:
    """Return what an import did, and how often what was published had to be read as it is meant."""
    return {
        "version": found.version,
        "dry_run": dry_run,
        "format": file.format,
        "read": len(file.procedures),
        **{name: len(getattr(found.difference, name)) for name in MARKS},
        "unchanged": found.unchanged,
        "total": found.total,
        "rules": file.applied,
    }


def refusal(error: FileRefusedError) -> dict[str, Any]:
    """Return what is wrong with a file."""
    faults = [
        {
            fault.unit: fault.number,
            "field": fault.field,
            "reason": fault.reason.en,
            "reason_vi": fault.reason.vi,
        }
        for fault in error.faults
    ]
    return {"refused": True, "count": error.count, "faults": faults}


def print_refusal(
    name: str, error: FileRefusedError, *, heading: str = "Không nhập được · nothing was imported"
) -> None:
    """Print what is wrong with a file, to standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    console.print(f"{heading}: {name}", style="red")
    for fault in error.faults:
        console.print(f"{fault.in_locale('vi')} · {fault.in_locale('en')}")
    if more := error.count - len(error.faults):
        console.print(f"… còn {more} lỗi · {more} more")


def print_outcome(found: ImportOutcome, file: CatalogueFile, *, dry_run: bool) -> None:
    """Print what an import did."""
    console = Console(highlight=False)
    if not found.difference:
        console.print("Không có gì thay đổi · nothing has changed")
    elif dry_run:
        console.print("Chạy thử, không giữ lại gì · a trial, nothing was kept")
    counts = ", ".join(f"{mark}{len(getattr(found.difference, name))}" for name, mark in MARKS.items())
    console.print(f"Phiên bản · version {found.version}: {found.total} thủ tục · procedures ({counts})")
    table = Table("Đọc theo nghĩa · Read as it is meant", "Số lần · Times")
    for rule, count in file.applied.items():
        if count:
            add_row(table, RULES[rule], str(count))
    if table.row_count:
        console.print(table)


def version(one: Version) -> dict[str, Any]:
    """Return a version as a program reads it."""
    names = ("number", "imported_at", "author", "source", "added", "changed", "removed", "total")
    return {name: getattr(one, name) for name in names} | {"digest": one.digest.hex()}


def print_versions(found: Sequence[Version]) -> None:
    """Print versions."""
    table = Table(
        "Phiên bản · Version", "Thời điểm · When", "Người nhập · Author", "Nguồn · Source", "+ ~ −", "Σ"
    )
    for one in found:
        changes = f"+{one.added} ~{one.changed} −{one.removed}"
        add_row(
            table, str(one.number), when(one.imported_at), one.author, one.source, changes, str(one.total)
        )
    Console().print(table)


def differing(
    found: Difference, old: Mapping[str, Procedure], new: Mapping[str, Procedure]
) -> list[Differing]:
    """Return what differs, by code."""
    listed = [
        *(Differing(code=code, name=new[code].name, change="added") for code in found.added),
        *(Differing(code=code, name=old[code].name, change="removed") for code in found.removed),
        *(
            Differing(code=code, name=new[code].name, change="changed", fields=_fields(old[code], new[code]))
            for code in found.changed
        ),
    ]
    return sorted(listed, key=lambda one: one.code)


def print_differing(found: Sequence[Differing]) -> None:
    """Print what differs."""
    console = Console(highlight=False)
    for one in found:
        fields = f" ({', '.join(one.fields)})" if one.fields else ""
        console.print(Text(f"{MARKS[one.change]} {one.code} {one.name}{fields}"), soft_wrap=True)
    if not found:
        console.print("Không khác nhau · no difference")


def as_json(found: Shown) -> dict[str, Any]:
    """Return a procedure as a program reads it."""
    return {
        "version": found.kept.version,
        "removed_in": found.kept.removed_in,
        "procedure": found.kept.procedure.model_dump(mode="json", exclude_defaults=True),
        "history": [{"version": one.version.number, "removed": one.removed} for one in found.history],
    }


def print_procedure(found: Shown) -> None:
    """Print a procedure with all its parts."""
    console, procedure = Console(highlight=False), found.kept.procedure
    console.print(Text(f"{procedure.code} · {procedure.name}", style="bold"), soft_wrap=True)
    if found.kept.removed_in:
        console.print(f"Đã bỏ trong phiên bản · removed in version {found.kept.removed_in}", style="red")
    for heading, lines in _parts(procedure):
        if lines:
            console.print(Text(heading, style="bold"))
            console.print(Text("\n".join(f"  {line}" for line in lines)), soft_wrap=True)
    told = ", ".join(
        f"{one.version.number}{' −' if one.removed else ''}"
        f" ({when(one.version.imported_at)}, {one.version.author})"
        for one in found.history
    )
    console.print(Text(f"Phiên bản · Versions: {told or NOTHING}"), soft_wrap=True)


def _fields(old: Procedure, new: Procedure) -> tuple[str, ...]:
    return tuple(name for name in Procedure.model_fields if getattr(old, name) != getattr(new, name))


def _parts(procedure: Procedure) -> Iterator[tuple[str, list[str]]]:
    yield "Lĩnh vực · Field", _some(procedure.field)
    yield "Cơ quan thực hiện · Agency", _some(procedure.agency)
    yield "Cấp · Levels", _some(", ".join(procedure.levels))
    yield "Đối tượng · Applicants", _some(", ".join(procedure.applicants))
    yield "Trình tự · Steps", [line for steps in procedure.steps for line in (*_some(steps.case), steps.text)]
    yield "Cách nộp · Methods", [_method(method) for method in procedure.methods]
    yield "Giấy tờ · Papers", [_paper(paper) for paper in procedure.papers]
    yield "Kết quả · Results", [result.name for result in procedure.results]
    yield "Điều kiện · Conditions", _some(procedure.conditions)
    yield "Căn cứ · Legal basis", [": ".join([*_some(one.number), one.name]) for one in procedure.legal_basis]


def _some(text: str | None) -> list[str]:
    return [text] if text else []


def _method(method: Method) -> str:
    limit = method.limit.text or f"{method.limit.quantity:g} {method.limit.unit}" if method.limit else None
    fees = [
        " ".join(filter(None, (None if fee.amount is None else f"{fee.amount:,} đ", fee.note)))
        for fee in method.fees
    ]
    return " · ".join(filter(None, (method.channel, limit, *fees, method.note)))


def _paper(paper: Paper) -> str:
    return f"({paper.name})" if paper.is_note else f"{paper.originals}+{paper.copies} {paper.name}"
