"""`/v1/lookups`."""

from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Depends

from api import limits
from api.dependencies import AllServices, Locale
from api.lookups import service
from api.lookups.schemas import Lookup, PublicDossier
from api.problems import Problem
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/lookups", tags=["without an account"])


@router.post(
    "/dossiers",
    summary="Look up a dossier without an account",
    responses={
        404: {"description": "No such dossier, or the proof is not its own: the two are answered alike"},
        429: {"description": "Asked, or guessed, too often: `Retry-After` and `RateLimit` say until when"},
    },
    dependencies=[Depends(limits.by_address(service.BY_ADDRESS))],
)
async def look_up_dossier(given: Lookup, services: AllServices, locale: Locale) -> PublicDossier:
    """Show how a dossier stands to whoever has its receipt slip, or knows its applicant's whole number.

    A network address may ask 60 times at once, and once a second after that. A code bears 10 wrong numbers
    and one more each hour, a number 20 wrong codes and one more each hour; beyond that, numbers are not
    looked at for that code, or with that number, also right ones. The slip's secret is always looked at.
    """
    # In a unit of its own: a wrong guess is committed, too, though its answer is a problem.
    work = partial(
        service.look_up,
        given=given,
        keys=services.slip_keys,
        now=datetime.now(UTC),
        calendar=services.calendar,
        locale=locale,
    )
    outcome = await transact(services.unit_of_work, work)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome
