"""What a party consents to, and what it did before."""

from datetime import UTC, datetime

from api.consent_texts import WORDINGS, WordingShown
from api.consents.schemas import (
    ConsentChange,
    ConsentHistory,
    ConsentList,
    ConsentMark,
    ConsentShown,
    ConsentWord,
)
from api.paging import PageQuery, cut
from api.problems import FieldError, Problem, pointer_to
from auth.principals import Citizen
from storage.consents import kinds, repository
from storage.consents.kinds import ConsentPurpose
from storage.consents.repository import KeptWord, Word
from storage.errors import NotFoundError
from storage.unit_of_work import Reading, UnitOfWork


async def consents(reading: Reading, citizen: Citizen) -> ConsentList:
    """Return every purpose, and whether the caller consents to it."""
    last = await repository.latest(reading, citizen.party_id)
    return ConsentList(items=[_shown(purpose, last.get(purpose)) for purpose in kinds.STANDING_PURPOSES])


async def change(uow: UnitOfWork, citizen: Citizen, name: str, said: ConsentChange) -> ConsentShown:
    """Keep what the caller says about a purpose; return how it stands then.

    Raises:
        NotFoundError: there is no such purpose.
        Problem: 422 where a consent names no version, 409 where not the present one.
    """
    purpose = _purpose(name)
    if said.given:
        _require_present(purpose, said.version)
    word = Word(
        party_id=citizen.party_id,
        purpose=purpose,
        given=said.given,
        version=said.version if said.given else None,
        actor_id=citizen.signed_in_as,
        representation_id=citizen.representation_id,
        session_id=citizen.session_id,
    )
    await repository.say(uow, word, now=datetime.now(UTC))
    return _shown(purpose, (await repository.latest(uow, citizen.party_id)).get(purpose))


def _purpose(name: str) -> ConsentPurpose:
    for purpose in kinds.STANDING_PURPOSES:
        if purpose.value == name:
            return purpose
    raise NotFoundError("consent")


def _require_present(purpose: ConsentPurpose, version: int | None) -> None:
    """Refuse a consent to words that were not shown. Raises Problem."""
    if version is None:
        raise Problem("validation", 422, errors=[FieldError(pointer=pointer_to("version"), code="missing")])
    present = kinds.TERMS[purpose].version
    if version != present:
        raise Problem("consent-wording-changed", 409, version=present)


async def history(reading: Reading, citizen: Citizen, query: PageQuery) -> ConsentHistory:
    """Return a page of what the caller said. Raises Problem for a mark that is none."""
    mark = ConsentMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    after = (mark.at, mark.id) if mark else None
    found = await repository.page(reading, citizen.party_id, after=after, limit=query.limit + 1)
    shown, more = cut(found, query.limit)
    last = ConsentMark(at=shown[-1].at, id=shown[-1].id).encode() if more else None
    return ConsentHistory(items=[_word(one) for one in shown], next_cursor=last)


def _shown(purpose: ConsentPurpose, last: KeptWord | None) -> ConsentShown:
    present = kinds.TERMS[purpose].version
    wording = _wording(purpose, present)
    if wording is None:
        raise LookupError(f"version {present} of {purpose} has no words")
    stands = last is not None and last.stands
    return ConsentShown(
        purpose=purpose,
        version=present,
        wording=wording,
        stands=stands,
        since=last.at if last and stands else None,
        outdated=last is not None and last.given and not stands,
    )


def _word(kept: KeptWord) -> ConsentWord:
    return ConsentWord(
        id=kept.id,
        purpose=kept.purpose,
        subject_id=kept.subject_id,
        version=kept.version,
        wording=_wording(kept.purpose, kept.version),
        given=kept.given,
        at=kept.at,
        app=kept.client_id,
    )


def _wording(purpose: str, version: int) -> WordingShown | None:
    found = WORDINGS.get((purpose, version))
    return WordingShown.of(found) if found else None
