"""Every table of the house, so that the metadata is whole for migrations."""

from storage.agencies import models as agencies
from storage.base import metadata
from storage.contacts import models as contacts
from storage.deliveries import models as deliveries
from storage.devices import models as devices
from storage.dossiers import models as dossiers
from storage.events import models as events
from storage.notifications import models as notifications
from storage.parties import models as parties
from storage.preferences import models as preferences
from storage.procedures import models as procedures
from storage.sessions import models as sessions

__all__ = [
    "agencies",
    "contacts",
    "deliveries",
    "devices",
    "dossiers",
    "events",
    "metadata",
    "notifications",
    "parties",
    "preferences",
    "procedures",
    "sessions",
]
