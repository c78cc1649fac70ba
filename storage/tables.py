"""Every table of the house, so that the metadata is whole for migrations."""

from storage.access_log import models as access_log
from storage.agencies import models as agencies
from storage.answer_templates import models as answer_templates
from storage.arrangements import models as arrangements
from storage.base import metadata
from storage.broadcasts import models as broadcasts
from storage.channels import models as channels
from storage.complaints import models as complaints
from storage.consents import models as consents
from storage.contact_points import models as contact_points
from storage.contacts import models as contacts
from storage.conversations import models as conversations
from storage.deliveries import models as deliveries
from storage.devices import models as devices
from storage.dossiers import kin_models as kin
from storage.dossiers import models as dossiers
from storage.events import models as events
from storage.idempotency import models as idempotency
from storage.limits import models as limits
from storage.notifications import models as notifications
from storage.officers import models as officers
from storage.parties import models as parties
from storage.portal_pulls import models as portal_pulls
from storage.portal_reports import models as portal_reports
from storage.preferences import models as preferences
from storage.procedures import models as procedures
from storage.provider_tokens import models as provider_tokens
from storage.questions import models as questions
from storage.ratings import models as ratings
from storage.receipts import models as receipts
from storage.reconciliation import models as reconciliation
from storage.reports import models as reports
from storage.representations import models as representations
from storage.reuse import models as reuse
from storage.routing import models as routing
from storage.scores import models as scores
from storage.seals import models as seals
from storage.sessions import models as sessions
from storage.suppressions import models as suppressions
from storage.surveys import models as surveys
from storage.units import models as units
from storage.vault import models as vault
from storage.vault import removal_models as removals
from storage.vault import share_models as shares
from storage.verifications import models as verifications

__all__ = [
    "access_log",
    "agencies",
    "answer_templates",
    "arrangements",
    "broadcasts",
    "channels",
    "complaints",
    "consents",
    "contact_points",
    "contacts",
    "conversations",
    "deliveries",
    "devices",
    "dossiers",
    "events",
    "idempotency",
    "kin",
    "limits",
    "metadata",
    "notifications",
    "officers",
    "parties",
    "portal_pulls",
    "portal_reports",
    "preferences",
    "procedures",
    "provider_tokens",
    "questions",
    "ratings",
    "receipts",
    "reconciliation",
    "removals",
    "reports",
    "representations",
    "reuse",
    "routing",
    "scores",
    "seals",
    "sessions",
    "shares",
    "suppressions",
    "surveys",
    "units",
    "vault",
    "verifications",
]
