"""The words for the numbers and units of a checklist. Pure.

The catalogue's own texts are Vietnamese and stay so; these are in the language of whoever asks, `vi` or `en`.
"""

from collections.abc import Mapping

from api.bilingual import Words
from storage.procedures.record import Channel, Fee, Paper, TimeLimit, Unit

_CHANNELS: Mapping[Channel, Words] = {
    Channel.IN_PERSON: Words("Trực tiếp", "In person"),
    Channel.ONLINE: Words("Trực tuyến", "Online"),
    Channel.POST: Words("Dịch vụ bưu chính", "By post"),
}
# English for one, and for any other number of them.
_UNITS: Mapping[Unit, tuple[str, str, str]] = {
    Unit.HOUR: ("giờ", "hour", "hours"),
    Unit.WORKING_DAY: ("ngày làm việc", "working day", "working days"),
    Unit.DAY: ("ngày", "day", "days"),
    Unit.MONTH: ("tháng", "month", "months"),
    Unit.YEAR: ("năm", "year", "years"),
}
_FREE = Words("Miễn phí", "Free of charge")
_BY_NOTE = Words("Xem ghi chú", "See the note")
_NO_AMOUNT = Words("Chưa ghi số tiền", "No amount is given")
_ORIGINALS = (Words("bản chính", "original"), Words("bản chính", "originals"))
_COPIES = (Words("bản sao", "copy"), Words("bản sao", "copies"))


def channel(kind: Channel, locale: str) -> str:
    """Name a channel."""
    return _said(_CHANNELS[kind], locale)


def limit(found: TimeLimit, locale: str) -> str | None:
    """Word a time limit: "20 ngày làm việc", "20 working days".

    Where the catalogue leaves the unit open, its own text is returned: another unit would be a guess.
    """
    if found.unit is None or found.quantity is None:
        return found.text
    vietnamese, one, many = _UNITS[found.unit]
    if locale == "en":
        return f"{found.quantity:g} {one if found.quantity == 1 else many}"
    return f"{found.quantity:g} {vietnamese}".replace(".", ",")


def fee(found: Fee, locale: str) -> str:
    """Word an amount: "1.000.000 đồng", "1,000,000 đồng". No amount does not mean free."""
    if found.amount is None:
        return _said(_BY_NOTE if found.note else _NO_AMOUNT, locale)
    if found.amount == 0:
        return _said(_FREE, locale)
    amount = f"{found.amount:,} đồng"
    return amount if locale == "en" else amount.replace(",", ".")


def count(paper: Paper, locale: str) -> str | None:
    """Word how many of a paper are wanted: "1 bản chính, 2 bản sao"; none where it is no paper."""
    wanted = ((paper.originals, _ORIGINALS), (paper.copies, _COPIES))
    parts = [f"{number} {_said(words[number != 1], locale)}" for number, words in wanted if number]
    return ", ".join(parts) or None


def _said(words: Words, locale: str) -> str:
    return words.en if locale == "en" else words.vi
