"""By what a text is scrubbed that an agency is to publish: what of it is personal, and what is not."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from storage.contact_points import repository as contact_points
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.questions.scrubbing import Scrubbed, scrub
from storage.unit_of_work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """What is known of those whom a text is by.

    Attributes:
        known: of who asked: to be taken out however it is written.
        public: of how the agency is reached, as it tells everybody: a text may say it.
    """

    known: Sequence[str] = field(default=(), repr=False)
    public: Sequence[str] = ()

    def scrub(self, text: str) -> Scrubbed:
        """Return a text as it may be published."""
        return scrub(text, self.known, self.public)


async def of_entry(reading: Reading, agency_id: UUID) -> Cleaning:
    """Return by what an agency's own words are scrubbed."""
    reached = await contact_points.of(reading, agency_id)
    return Cleaning(public=reached.kept.record.said if reached.kept else ())


async def of_question(reading: Reading, agency_id: UUID, party_id: UUID, author_ref: str) -> Cleaning:
    """Return by what a question to an agency, and its answer, are scrubbed.

    Args:
        reading: where to look.
        agency_id: which agency it is to.
        party_id: whose question it is.
        author_ref: the party again, or who acted for it, who may have been erased since.

    Raises NotFoundError where the party is no more.
    """
    found = [await parties.profile(reading, party_id)]
    if author_ref != str(party_id):
        with suppress(NotFoundError):
            found.append(await parties.profile(reading, UUID(author_ref)))
    known = [word for one in found for word in (one.name, one.number) if word]
    return Cleaning(known=known, public=(await of_entry(reading, agency_id)).public)
