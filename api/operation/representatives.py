"""Commands by which an operator enters, sees and ends rights to act for another."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from api.operation.house import note, open_house, operator
from api.operation.options import AsJson, moment, party_identity
from api.operation.words import NOTHING, add_row, json_of, when
from notify.matters import Matter
from notify.representation import tell_both
from storage.parties.numbers import mask
from storage.parties.repository import PartyIdentity
from storage.representations import establishing, reading, repository
from storage.representations.establishing import Established, Vouched
from storage.representations.kinds import EndedBy, EstablishedBy, EvidenceKind, Power, RepresentationKind
from storage.representations.reading import OwnRepresentation
from storage.representations.repository import Evidence
from storage.representations.terms import InvalidTerms

MOST_SHOWN = 200

representatives = typer.Typer(no_args_is_help=True, help="Who may act for whom.")

Number = Annotated[
    PartyIdentity, typer.Option(parser=party_identity, metavar="NUMBER", help="`-` asks for it")
]
Time = Annotated[datetime, typer.Option(parser=moment, metavar="TIME", help="a date, or a time of Vietnam")]


@representatives.command("add")
def add_representative(
    *,
    kind: Annotated[RepresentationKind, typer.Option(help="By what right")],
    representative: Number,
    represented: Annotated[
        PartyIdentity, typer.Option("--for", parser=party_identity, metavar="NUMBER", help="For whom")
    ],
    evidence: Annotated[EvidenceKind, typer.Option(help="What shows it")],
    evidence_number: Annotated[str, typer.Option(help="Its number")],
    evidence_issuer: Annotated[str, typer.Option(help="Who issued it")],
    evidence_date: Time,
    until: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="Until when; a legal representative's may be open"),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", parser=moment, metavar="TIME", help="From when; now, else")
    ] = None,
    born_on: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE", help="A child's birthday, where it is known"),
    ] = None,
    scope: Annotated[list[Power] | None, typer.Option(help="What for; may be repeated")] = None,
    as_json: AsJson = False,
) -> None:
    """Enter that somebody may act for somebody, on evidence that the operator has seen; print the id."""
    now = datetime.now(UTC)
    shown = Evidence(number=evidence_number, issuer=evidence_issuer, issued_on=evidence_date.date())
    vouched = Vouched(
        kind=kind,
        representative=representative,
        represented=represented,
        scope=frozenset(scope or [Power.EVERYTHING]),
        valid_from=since or now,
        valid_until=until,
        born_on=born_on.date() if born_on else None,
        evidence_kind=evidence,
        evidence=shown,
        by=EstablishedBy.OPERATOR,
    )
    try:
        entered = asyncio.run(_enter(vouched, now))
    except InvalidTerms as error:
        raise typer.BadParameter(f"{error.field}: {error.reason}") from error
    note("representation_entered", representation_id=str(entered.id))
    typer.echo(json_of({"id": entered.id}) if as_json else str(entered.id))


async def _enter(vouched: Vouched, now: datetime) -> Established:
    async with open_house() as house, house.unit_of_work() as uow:
        entered = await establishing.vouch(uow, vouched, now=now)
        await tell_both(uow, entered.represented_id, entered.actor_id, Matter.ENTERED, now)
        await uow.commit()
        return entered


@representatives.command("list")
def list_representatives(
    party: Annotated[
        PartyIdentity, typer.Argument(parser=party_identity, metavar="NUMBER", help="`-` asks for it")
    ],
    *,
    represented: Annotated[
        bool, typer.Option("--represented", help="For whom it may act, not who may act for it")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the rights of a party, numbers masked, those that are over, too; the newest 200."""
    now = datetime.now(UTC)
    found = asyncio.run(_found(party, represented=represented))
    if as_json:
        typer.echo(json_of([_as_dict(one, now) for one in found]))
    else:
        Console().print(_table(found, now))


async def _found(identity: PartyIdentity, *, represented: bool) -> Sequence[OwnRepresentation]:
    async with open_house() as house, house.reading() as read:
        party_id = await repository.party_of(read, identity)
        if party_id is None:
            raise typer.BadParameter("nobody is known by this number")
        pages = reading.represented if represented else reading.representatives
        return await pages(read, party_id, after=None, limit=MOST_SHOWN)


def _as_dict(one: OwnRepresentation, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": mask(one.number),
        "kind": one.kind,
        "scope": one.scope,
        "standing": one.standing(now),
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "established_by": one.established_by,
        "ended_by": one.ended_by,
        "ended_reason": one.ended_reason,
    }


def _table(found: Sequence[OwnRepresentation], now: datetime) -> Table:
    table = Table()
    for name in (
        "Id",
        "Số · Number",
        "Quyền · Right",
        "Phạm vi · Scope",
        "Trạng thái · Standing",
        "Đến · Until",
    ):
        table.add_column(name, overflow="fold")
    for one in found:
        standing = one.standing(now)
        why = f"{standing}: {one.ended_reason}" if one.ended_reason else standing
        cells = (str(one.id), mask(one.number), one.kind, ", ".join(one.scope), why, _until(one))
        add_row(table, *cells)
    return table


def _until(one: OwnRepresentation) -> str:
    return when(one.valid_until) if one.valid_until else NOTHING


@representatives.command("revoke")
def revoke_representative(
    representation_id: Annotated[
        UUID, typer.Argument(metavar="ID", help="Id of the right, as `list` shows it")
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the other operators; nothing personal")],
) -> None:
    """End a right at once, for good: it stays in the record with the reason."""
    reason = reason.strip()
    if not reason:
        raise typer.BadParameter("say why it ends")
    changed = asyncio.run(_revoke(representation_id, f"{operator()}: {reason}"))
    note("representation_revoked", representation_id=str(representation_id), changed=changed)
    words = "Đã chấm dứt · is over" if changed else "Đã chấm dứt từ trước · was over before"
    typer.echo(f"{representation_id}: {words}")


async def _revoke(representation_id: UUID, reason: str) -> bool:
    now = datetime.now(UTC)
    async with open_house() as house, house.unit_of_work() as uow:
        ended = await repository.end(
            uow, representation_id, by=EndedBy.OPERATOR, party_id=None, reason=reason, now=now
        )
        if ended is None:
            raise typer.BadParameter(f"there is no representation {representation_id}")
        if ended.changed:
            await tell_both(uow, ended.represented_id, ended.actor_id, Matter.ENDED, now)
        await uow.commit()
        return ended.changed
