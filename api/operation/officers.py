"""Commands on officers and operators: `tindan officer`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import IntegrityError

from api.operation.house import in_one_unit, note, open_house, operator
from api.operation.known import known_agency
from api.operation.options import AsJson, moment
from api.operation.words import NOTHING, add_row, json_of, when
from auth.settings import AuthSettings
from storage.contacts.addresses import InvalidAddress
from storage.officers import reading as seen
from storage.officers import repository
from storage.officers.reading import OfficerView, RoleView
from storage.officers.repository import Subject, email_index
from storage.officers.roles import Role
from storage.unit_of_work import Reading, UnitOfWork

T = TypeVar("T")
MOST_SHOWN = 500

officer = typer.Typer(no_args_is_help=True, help="Officers of agencies, operators, and their roles.")

Who = Annotated[str, typer.Argument(metavar="WHO", help="Email address of the invitation, or id")]
RoleOption = Annotated[Role, typer.Option(help="What the officer may do there")]
AgencyOption = Annotated[
    str | None, typer.Option("--agency", help="A code of the agency; the role reaches all below it")
]
Until = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="TIME", help="When the role ends; a date or a time of Vietnam"),
]


@officer.command("invite")
def invite(
    *,
    role: RoleOption,
    agency: AgencyOption = None,
    email: Annotated[
        str | None, typer.Option(help="Work address, as the identity provider verified it")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="The identity provider's name for the account")] = None,
    name: Annotated[str | None, typer.Option(help="What the officer is called")] = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Make somebody known who may sign in, with a first role; only who was invited may.

    The first sign-in with the address takes the invitation; from then on the provider's name counts.
    """
    subject_of = Subject(issuer=_staff_issuer(), subject=subject) if subject else None

    async def work(uow: UnitOfWork) -> UUID:
        invited = await repository.invite(
            uow, email=email, subject=subject_of, name=name, invited_by=operator()
        )
        await _grant(uow, invited, role, agency, until)
        return invited

    try:
        officer_id = in_one_unit(work)
    except InvalidAddress as error:
        raise typer.BadParameter("the email is no address") from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    except IntegrityError as error:
        raise typer.BadParameter("somebody is known by this address or name: see `grant`") from error
    note("officer_invited", officer_id=str(officer_id), role=role.value)
    _say({"officer": officer_id}, f"{officer_id}: đã mời · is invited", as_json=as_json)


@officer.command("grant")
def grant(
    who: Who, *, role: RoleOption, agency: AgencyOption = None, until: Until = None, as_json: AsJson = False
) -> None:
    """Give an officer a role, from now on."""

    async def work(uow: UnitOfWork) -> tuple[UUID, bool]:
        found = await _known(uow, who)
        return found.id, await _grant(uow, found.id, role, agency, until)

    officer_id, changed = _told(work)
    note("role_granted", officer_id=str(officer_id), role=role.value, changed=changed)
    words = "đã giao · is granted" if changed else "có từ trước · was held before"
    _say({"officer": officer_id, "changed": changed}, f"{role.value}: {words}", as_json=as_json)


@officer.command("revoke")
def revoke(who: Who, *, role: RoleOption, agency: AgencyOption = None, as_json: AsJson = False) -> None:
    """Take a role of exactly this agency away, at once."""

    async def work(uow: UnitOfWork) -> tuple[UUID, bool]:
        found = await _known(uow, who)
        place = await known_agency(uow, agency) if agency else None
        return found.id, await repository.revoke(uow, found.id, role, agency_id=place.id if place else None)

    officer_id, changed = _told(work)
    if not changed:
        raise typer.BadParameter("the officer does not hold this role there")
    note("role_revoked", officer_id=str(officer_id), role=role.value)
    _say({"officer": officer_id, "changed": True}, f"{role.value}: đã thu hồi · is revoked", as_json=as_json)


@officer.command("disable")
def disable(who: Who, *, as_json: AsJson = False) -> None:
    """Shut an officer out at once: roles count for nothing, and sessions end."""
    _set_enabled(who, enabled=False, words="đã khoá · is disabled", as_json=as_json)


@officer.command("enable")
def enable(who: Who, *, as_json: AsJson = False) -> None:
    """Let an officer in again who was disabled, with the roles that were held."""
    _set_enabled(who, enabled=True, words="đã mở · is enabled", as_json=as_json)


def _set_enabled(who: str, *, enabled: bool, words: str, as_json: bool) -> None:
    async def work(uow: UnitOfWork) -> UUID:
        found = await _known(uow, who)
        await repository.set_enabled(uow, found.id, enabled=enabled)
        return found.id

    officer_id = in_one_unit(work)
    note("officer_enabled" if enabled else "officer_disabled", officer_id=str(officer_id))
    _say({"officer": officer_id, "enabled": enabled}, f"{officer_id}: {words}", as_json=as_json)


@officer.command("list")
def list_officers(
    *,
    after: Annotated[UUID | None, typer.Option(help="Go on behind this id")] = None,
    as_json: AsJson = False,
) -> None:
    """List officers in the order in which they were invited, 500 at most."""
    found = asyncio.run(_list(after))
    if as_json:
        typer.echo(json_of(found))
        return
    table = Table()
    for heading in ("Id", "Email", "Tên · Name", "Vai trò · Roles", "Trạng thái · State"):
        table.add_column(heading, overflow="fold")
    for one in found:
        roles = "\n".join(_role(role) for role in one.current) or NOTHING
        add_row(table, str(one.id), one.email or NOTHING, one.name or NOTHING, roles, _state(one))
    Console().print(table)


@officer.command("show")
def show_officer(who: Who, *, as_json: AsJson = False) -> None:
    """Show an officer and every role that was ever held, and by whose word."""
    found = asyncio.run(_show(who))
    if as_json:
        typer.echo(json_of(found))
        return
    Console().print(f"{found.id} · {found.email or NOTHING} · {found.name or NOTHING} · {_state(found)}")
    table = Table("Vai trò · Role", "Từ · From", "Đến · Until", "Ai giao · By", "Hiệu lực · Counts")
    for role in found.roles:
        counts = "✓" if role.counts and not found.disabled_at else NOTHING
        add_row(table, _role(role), when(role.valid_from), when(role.valid_until), role.granted_by, counts)
    Console().print(table)


async def _list(after: UUID | None) -> list[OfficerView]:
    async with open_house() as house, house.reading() as reading:
        return await seen.officers(reading, after=after, limit=MOST_SHOWN)


async def _show(who: str) -> OfficerView:
    async with open_house() as house, house.reading() as reading:
        return await _known(reading, who)


async def _known(reading: Reading, who: str) -> OfficerView:
    """Return an officer by id or address. Raises typer.BadParameter, which does not repeat the address."""
    try:
        found = await seen.officer(reading, UUID(who))
    except ValueError:
        try:
            found = await seen.officer_of_email(reading, email_index(reading.cipher, who))
        except ValueError:
            raise typer.BadParameter("WHO is an email address, or an id") from None
    if found is None:
        raise typer.BadParameter("there is no such officer")
    return found


async def _grant(
    uow: UnitOfWork, officer_id: UUID, role: Role, agency: str | None, until: datetime | None
) -> bool:
    place = await known_agency(uow, agency) if agency else None
    return await repository.grant(
        uow,
        officer_id,
        role,
        agency_id=place.id if place else None,
        granted_by=operator(),
        valid_until=until,
    )


def _told(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    try:
        return in_one_unit(work)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _staff_issuer() -> str:
    provider = AuthSettings().staff_provider()
    if provider is None:
        raise typer.BadParameter("TINDAN_STAFF_ISSUER is not set, so nobody's name is known there")
    return provider.issuer


def _role(role: RoleView) -> str:
    return role.role.value if role.agency_code is None else f"{role.role.value} {role.agency_code}"


def _state(one: OfficerView) -> str:
    if one.disabled_at:
        return f"khoá từ · disabled {when(one.disabled_at)}"
    return f"vào lần đầu · admitted {when(one.admitted_at)}" if one.admitted_at else "đã mời · invited"


def _say(answer: dict[str, Any], words: str, *, as_json: bool) -> None:
    typer.echo(json_of(answer) if as_json else words)
