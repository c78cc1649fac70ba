"""The topics of the push service by which audiences are reached: one for each audience and language. Pure."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from storage.broadcasts.audience import Audience

LANGUAGES = ("vi", "en")
MOST_TOPICS = 1000
"""An installation of an app may follow 2,000, of which some are for what else the app does."""
_NAMES = UUID("6f3c1f0e-7f0b-5d0e-9d55-0e4b0c1a7b64")


def topic_of(audience: Audience, language: str) -> str:
    """Return the name of a topic, such as `broadcast-all-vi`."""
    place = "all" if audience.agency_id is None else f"agency-{audience.agency_id}"
    kind = "" if audience.kind is None else f"-{audience.kind.value}"
    return f"broadcast-{place}{kind}-{language}"


def topics_of(audiences: Iterable[Audience], language: str) -> list[str]:
    """Return the topics to follow for these audiences, the first ones where there are too many."""
    return [topic_of(audience, language) for audience in audiences][:MOST_TOPICS]


def topic_id(name: str) -> UUID:
    """Return the id by which a send names a topic (RFC 9562, version 5: made of the name)."""
    return uuid5(_NAMES, name)
