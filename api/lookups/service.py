"""Looking up a dossier: the same steps for a code and a proof that fit and for all that do not."""

from datetime import datetime, timedelta

from api.due import Due
from api.limits import Limit
from api.lookups.proofs import NOBODYS, Proof, judge
from api.lookups.schemas import Lookup, PublicDossier, PublicEntry
from api.named import Named, Status
from api.problems import Problem
from storage.agencies.codes import InvalidCode
from storage.dossiers import lookup as dossiers
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.slips import SlipKeys
from storage.dossiers.timeline import arrange
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import UnitOfWork

BY_ADDRESS = Limit(name="lookups", burst=60, every=timedelta(seconds=1))
"""Generous: a whole quarter may call through one address of its provider. What stops guessing is below."""
NUMBERS_OF_CODE = Limit(name="lookup-numbers", burst=10, every=timedelta(hours=1))
"""Wrong numbers for one code. Who knows birth year, sex and province has a million left: over a century."""
CODES_OF_NUMBER = Limit(name="lookup-codes", burst=20, every=timedelta(hours=1))
"""Wrong codes for one number: nobody is to learn from somebody's number which dossiers they have."""
SECRETS_OF_CODE = Limit(name="lookup-secrets", burst=100, every=timedelta(minutes=1))
TRIES_OF_SECRET = Limit(name="lookup-tries", burst=100, every=timedelta(minutes=1))
"""The same for what is no number. A right secret is let in all the same: of 2^55 nobody finds it by trying,
and so nobody can shut out its holder by trying either."""
_NO_CODE = ""


async def look_up(
    uow: UnitOfWork,
    given: Lookup,
    *,
    keys: SlipKeys,
    now: datetime,
    calendar: WorkingCalendar,
    locale: str,
) -> PublicDossier | Problem:
    """Return a dossier to whoever proves to hold it.

    A refusal is returned and not raised: that somebody tried must be kept. A code of no dossier, somebody
    else's proof, and what can be neither, take the same statements and the same hashing, and count alike.
    """
    code, proof = _code(given.code), Proof.read(given.proof)
    claim = await dossiers.claim(uow, code or _NO_CODE) or NOBODYS
    verdict = judge(claim, proof, keys=keys, cipher=uow.cipher)
    cost = 0 if verdict.by_secret or verdict.by_number else 1
    limits = (NUMBERS_OF_CODE, CODES_OF_NUMBER) if proof.number else (SECRETS_OF_CODE, TRIES_OF_SECRET)
    subjects = (code or given.code, proof.number or proof.secret or given.proof)
    # The code before the proof, in every transaction: nobody waits in a circle.
    spent = [
        await limit.spend(uow, subject, cost=cost) for limit, subject in zip(limits, subjects, strict=True)
    ]
    if not verdict.by_secret:
        for one in spent:
            if not one.granted:
                return one.problem("lookup-paused")
        if not verdict.by_number:
            return Problem("no-such-lookup", 404)
    return _worded(await dossiers.published(uow, claim.dossier_id), now=now, calendar=calendar, locale=locale)


def _code(text: str) -> str | None:
    try:
        return normalise_dossier_code(text)
    except InvalidCode:
        return None


def _worded(
    dossier: dossiers.PublicDossier, *, now: datetime, calendar: WorkingCalendar, locale: str
) -> PublicDossier:
    return PublicDossier(
        code=dossier.code,
        procedure=Named(code=dossier.procedure_code, name=dossier.procedure_name),
        agency=Named(code=dossier.agency_code or "", name=dossier.agency_name),
        status=Status.of(dossier.status, locale),
        status_since=dossier.status_since,
        ended_at=dossier.ended_at,
        heard_at=dossier.heard_at,
        due=Due.of(dossier, now=now, calendar=calendar),
        timeline=[
            PublicEntry(status=Status.of(fact.status, locale), occurred_at=fact.occurred_at)
            for fact in arrange(dossier.facts)
        ],
    )
