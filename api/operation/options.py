"""What an operator gives to the commands on notices, read and checked."""

import re
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from storage.deliveries.dead_letters import DeadFilter
from storage.dossiers.working_days import VIETNAM
from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number
from storage.parties.repository import PartyIdentity

USUAL_SPAN = timedelta(days=7)
"""How far back dead letters are looked for, unless it is said."""

_AGO = re.compile(r"(?P<count>[0-9]{1,5})(?P<unit>[mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """Read a time: a date, a date with a time (of Vietnam, unless it names a zone), or so long ago."""
    if _AGO.fullmatch(text):
        return datetime.now(UTC) - length(text)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "give a date (2026-11-21), a time (2026-11-21T08:30), or how long ago (90m, 12h, 7d)"
        ) from None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


def length(text: str) -> timedelta:
    """Read how long something takes: so many minutes, hours or days."""
    if given := _AGO.fullmatch(text):
        return timedelta(**{_UNITS[given["unit"]]: int(given["count"])})
    raise typer.BadParameter("give minutes, hours or days, such as 90m, 12h or 7d")


def month_of(text: str) -> date:
    """Read a month; return its first day."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter("give a month, such as 2026-11") from None


def party_identity(given: str) -> PartyIdentity:
    """Read the number of a party; `-` asks for it, or reads it from standard input.

    Raises typer.BadParameter, which does not repeat the number.
    """
    text = _asked() if given == "-" else given
    for kind in PartyKind:
        try:
            return PartyIdentity(kind=kind, number=parse_number(kind, text))
        except InvalidNumber:
            continue
    raise typer.BadParameter("it is neither a citizen number of 12 digits nor a tax code of 10 or 13")


def _asked() -> str:
    if sys.stdin.isatty():
        given: str = typer.prompt("Số định danh hoặc mã số thuế · Number", hide_input=True, err=True)
        return given
    return sys.stdin.readline()


_TIME = "a date, a time of Vietnam, or how long ago (12h, 7d)"
Since = Annotated[
    datetime | None, typer.Option(parser=moment, metavar="TIME", help=f"From this time on: {_TIME}")
]
Until = Annotated[
    datetime | None, typer.Option(parser=moment, metavar="TIME", help=f"Before this time: {_TIME}")
]
ChannelName = Annotated[str | None, typer.Option("--channel", help="On this channel")]
Code = Annotated[str | None, typer.Option(help="With this code of the provider")]
Outcome = Annotated[
    str | None, typer.Option(help="rejected, unreachable, expired, no_address, suppressed, undelivered, …")
]
CategoryName = Annotated[
    str | None, typer.Option("--category", help="About this, such as supplement_required")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]


def dead_filter(
    since: datetime | None,
    until: datetime | None,
    *,
    channel: str | None,
    code: str | None,
    outcome: str | None,
    category: str | None,
) -> DeadFilter:
    """Return the filter; until now, and of the last seven days, unless that is said."""
    end = until or datetime.now(UTC)
    begin = since or end - USUAL_SPAN
    if begin >= end:
        raise typer.BadParameter("--since must be before --until")
    return DeadFilter(since=begin, until=end, channel=channel, code=code, outcome=outcome, category=category)
