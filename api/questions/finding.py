"""Everybody looks for answers: in what is published, and before asking."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from api.problems import invalid
from api.questions.public_schemas import (
    AboutToAsk,
    AnswerMark,
    AnswerQuery,
    ProcedureNamed,
    PublishedPage,
    Similar,
)
from api.questions.wording import published
from storage.agencies import repository as agencies
from storage.questions.shelf import Shelf, ShelfSieve
from storage.search.catalogue import Catalogue
from storage.unit_of_work import Reading

MOST_SIMILAR = 5
VERSION_BYTES = 9


def version_of(shelf: Shelf) -> str:
    """Name the state of what is published: another one, another name."""
    return urlsafe_b64encode(sha256(repr(shelf.stamp).encode()).digest()[:VERSION_BYTES]).decode()


async def agency_of(reading: Reading, code: str) -> UUID:
    """Return the agency that a list is narrowed to. Raises Problem (422)."""
    found = await agencies.resolve(reading, [code])
    if code not in found:
        raise invalid("unknown-agency", "query", "agency", value=code)
    return found[code].id


def find(shelf: Shelf, query: AnswerQuery, agency_id: UUID | None) -> PublishedPage:
    """Return a page of what fits. Raises Problem (422) for a mark that is none."""
    start = AnswerMark.decode(query.cursor, parameter="cursor").place if query.cursor else 0
    sieve = ShelfSieve(procedure=query.procedure, field=query.field, agency_id=agency_id, faq=query.faq)
    answer = shelf.ask(query.q, sieve=sieve, start=start, count=query.limit)
    end, version = start + len(answer.found), version_of(shelf)
    more = bool(answer.found) and end < answer.total
    return PublishedPage(
        items=[published(entry) for entry in answer.found],
        total=answer.total,
        total_is="exact" if answer.complete else "at_least",
        version=version,
        next_cursor=AnswerMark(version=version, place=end).encode() if more else None,
    )


def similar(shelf: Shelf, catalogue: Catalogue, asked: AboutToAsk) -> Similar:
    """Return what there is already on what somebody is about to ask."""
    return Similar(
        questions=[
            published(entry) for entry in shelf.similar(asked.text, MOST_SIMILAR, asked.procedure_code)
        ],
        procedures=[
            ProcedureNamed(code=facts.code, name=facts.name, agency=facts.agency)
            for facts in catalogue.about(asked.text, MOST_SIMILAR)
        ],
    )
