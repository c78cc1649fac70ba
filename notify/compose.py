"""A claimed row becomes a message."""

from uuid import UUID

from notify.ports import Outgoing
from notify.rendering import Form, render
from notify.routes import DEFAULTS, Urgency
from notify.settings import NotifySettings
from storage.cipher import Cipher
from storage.contacts.opt_out import opt_out_token
from storage.deliveries.repository import Claimed

FORMS = {"push": Form.SHORT}


class Composer:
    """Words messages, with links that open the app or give an address up."""

    def __init__(self, settings: NotifySettings, cipher: Cipher) -> None:
        # Asked now, so that a missing address stops the start and not every notice.
        settings.dossier_link("")
        settings.require_public_url()
        self._settings = settings
        self._cipher = cipher

    def compose(self, row: Claimed, channel: str) -> Outgoing:
        """Word one message.

        Raises:
            LookupError, ValueError: its category or parameters do not fit the templates.
        """
        link = self._settings.dossier_link(str(row.params["dossier_code"]))
        opt_out_link = self._opt_out_link(row.target_id) if row.agency_supplied else None
        content = render(
            category=row.category,
            locale=row.locale,
            params=row.params,
            form=FORMS.get(channel, Form.FULL),
            link=link,
            opt_out_link=opt_out_link,
        )
        return Outgoing(
            delivery_id=row.id,
            attempt=row.attempt,
            target=row.target or "",
            notification_id=row.notification_id,
            category=row.category,
            locale=row.locale,
            title=content.title,
            text=content.text,
            html=content.html,
            link=link,
            opt_out_link=opt_out_link,
            urgent=DEFAULTS.route_of(row.category).urgency is Urgency.HIGH,
            expires_at=row.expires_at,
        )

    def _opt_out_link(self, contact_id: UUID) -> str:
        return self._settings.opt_out_link(opt_out_token(self._cipher, contact_id))
