"""Which portals are sources of our shared lists: of one list, one alone."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from api.bilingual import Words
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.mistakes import Mistake


def shares(deployment: AnyDeployment, offer: Offer) -> bool:
    """Whether a portal is a source of a list of ours."""
    return offer in deployment.offers and deployment.pull.lists_hours is not None


def rivals(deployments: Sequence[AnyDeployment]) -> Iterator[Mistake]:
    """Yield a mistake for each two that would be sources of one list: each would undo what the other told.

    There is one list of units. Lists of agencies are one where some agency would be in both.
    """
    for one, other in combinations(deployments, 2):
        if shares(one, Offer.UNITS) and shares(other, Offer.UNITS):
            yield _mistake(one, other, Offer.UNITS)
        if shares(one, Offer.AGENCIES) and shares(other, Offer.AGENCIES) and _meet(one, other):
            yield _mistake(one, other, Offer.AGENCIES)


def _meet(one: AnyDeployment, other: AnyDeployment) -> bool:
    pairs = ((f"{a}.", f"{b}.") for a in one.agencies for b in other.agencies)
    return any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def _mistake(one: AnyDeployment, other: AnyDeployment, offer: Offer) -> Mistake:
    what = Words(
        f"{one.name} đã là nguồn của danh sách {offer}, chỉ một cổng được là nguồn",
        f"{one.name} is the source of the list of {offer} already, and one portal alone can be",
    )
    return Mistake(deployment=other.name, field="pull.lists_hours", what=what)
