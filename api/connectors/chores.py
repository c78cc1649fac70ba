"""All that is done for portals all the time."""

from api.connectors.engine import Chore
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.pulling.agencies import AGENCIES
from api.connectors.pulling.backfilling import CHORE as BACKFILL
from api.connectors.pulling.backfilling import go_on
from api.connectors.pulling.catalogue import CHORE as CATALOGUE
from api.connectors.pulling.catalogue import is_source, look
from api.connectors.pulling.following import CHORE as FOLLOW
from api.connectors.pulling.following import follow
from api.connectors.pulling.units import UNITS
from api.connectors.pushing import dossiers, opinions
from api.connectors.reconciling.chore import RECONCILE


def tells_changes(deployment: AnyDeployment) -> bool:
    """Whether a portal is followed."""
    return Offer.CHANGED in deployment.offers


CHORES: tuple[Chore, ...] = (
    Chore(name=FOLLOW, work=follow, wanted=tells_changes),
    Chore(name=BACKFILL, work=go_on, wanted=tells_changes),
    Chore(name=CATALOGUE, work=look, wanted=is_source),
    *(Chore(name=one.chore, work=one.look, wanted=one.wanted) for one in (UNITS, AGENCIES)),
    RECONCILE,
    *dossiers.CHORES,
    *opinions.CHORES,
)
