"""How an agency is reached, as an operator sees it."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table

from api.operation.words import NOTHING, add_row, when
from storage.contact_points.record import ContactRecord, Hotline, HoursException, Note, Weekday, Weekly
from storage.contact_points.repository import AgencyName, Reached

_DAYS = dict(zip(Weekday, ("T2", "T3", "T4", "T5", "T6", "T7", "CN"), strict=True))


def as_json_of(found: Reached) -> dict[str, Any]:
    """Return it as a program reads it; `record` is what `set` takes."""
    kept = found.kept
    return {
        "agency": found.agency,
        "successor": found.successor,
        "inherited_from": found.inherited_from,
        "author": kept and kept.author,
        "updated_at": kept and kept.updated_at,
        "record": kept and kept.record.model_dump(mode="json", by_alias=True, exclude_defaults=True),
    }


def contact_table(found: Reached) -> Table:
    """Return it for a terminal."""
    table = Table(show_header=False)
    for name, value in _rows(found):
        add_row(table, name, value or NOTHING)
    return table


def _rows(found: Reached) -> Iterator[tuple[str, str]]:
    yield "Cơ quan · Agency", _named(found.agency)
    yield "Kế thừa · Successor", _named(found.successor)
    yield "Theo cấp trên · Inherited from", _named(found.inherited_from)
    if found.kept is None:
        yield "Liên hệ · Contact", ""
        return
    yield from _told(found.kept.record)
    yield "Người nhập · Author", f"{found.kept.author}, {when(found.kept.updated_at)}"


def _told(record: ContactRecord) -> Iterator[tuple[str, str]]:
    yield "Đường dây nóng · Hotlines", _lines(map(_hotline, record.hotlines))
    yield "Email", _lines(record.emails)
    yield "Web", _lines(record.websites)
    yield "Địa chỉ · Addresses", _lines(f"{one.label}: {one.text}" for one in record.addresses)
    yield "Giờ làm việc · Hours", _lines(map(_weekly, record.hours))
    yield "Ngày khác thường · Exceptions", _lines(map(_exception, record.exceptions))
    yield "Ghi chú · Notes", _note(record.notes)


def _hotline(one: Hotline) -> str:
    holidays = "(cả ngày nghỉ · holidays too)" if one.holidays else ""
    return " ".join(filter(None, (f"{one.label}: {one.number}", *map(_weekly, one.hours), holidays)))


def _weekly(one: Weekly) -> str:
    return f"{' '.join(_DAYS[day] for day in one.days)} {one.opens}-{one.closes}"


def _exception(one: HoursException) -> str:
    times = "nghỉ · closed" if one.closed else f"{one.opens}-{one.closes}"
    return " ".join(filter(None, (f"{one.day:%d/%m/%Y} {times}", _note(one.note))))


def _note(note: Note | None) -> str:
    return " · ".join(filter(None, (note.vi, note.en))) if note else ""


def _named(agency: AgencyName | None) -> str:
    return f"{agency.code} · {agency.name}" if agency else ""


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)
