"""A claimed row becomes a message."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from notify.categories import Category
from notify.one_time_code import code_of
from notify.ports import Channel, Form, Outgoing
from notify.rendering import Links, render
from notify.routes import Routing, Urgency
from notify.settings import NotifySettings
from notify.text import count_segments, fit
from storage.cipher import Cipher
from storage.contacts.opt_out import opt_out_token
from storage.deliveries.claiming import Claimed
from storage.ratings.links import proof_of


class Composer:
    """Words messages, with links that open the app or give an address up."""

    def __init__(self, settings: NotifySettings, cipher: Cipher) -> None:
        # Asked now, so that a missing address stops the start and not every notice.
        settings.dossier_link("")
        settings.require_public_url()
        self._settings = settings
        self._cipher = cipher

    def compose(self, row: Claimed, channel: Channel, routing: Routing) -> Outgoing:
        """Word one message.

        Raises:
            LookupError, ValueError: its category or parameters do not fit the templates.
        """
        route = routing.route_of(row.category)
        links = self._links(row, channel)
        content = render(
            category=row.category,
            locale=row.locale,
            params=self._params(row),
            form=channel.form,
            links=links,
            more=row.more,
        )
        text, segments = content.text, 0
        if channel.form is Form.LINE:
            text = fit(text, route.alphabet)
            segments = count_segments(text)
        return Outgoing(
            delivery_id=row.id,
            attempt=row.attempt,
            target=row.target or "",
            notification_id=row.notification_id,
            category=row.category,
            locale=row.locale,
            title=content.title,
            text=text,
            html=content.html,
            link=links.open or self._settings.app_link(),
            opt_out_link=links.opt_out,
            urgent=route.urgency is Urgency.HIGH,
            expires_at=row.expires_at,
            facts=content.facts,
            segments=segments,
            cost=routing.prices.get(channel.name, 0) * max(1, segments),
        )

    def _links(self, row: Claimed, channel: Channel) -> Links:
        """Say where it leads: as a broadcast says, to the page of a rating, to the dossier, or to the app.

        A code leads nowhere, as it may be phished.
        """
        if row.category == Category.OTP:
            return Links(open=None)
        return Links(
            open=row.params.get("link") or self._own_link(row, channel),
            opt_out=self._opt_out_link(row.target_id) if row.agency_supplied else None,
        )

    def _own_link(self, row: Claimed, channel: Channel) -> str:
        code = row.params.get("dossier_code")
        if not code:
            return self._settings.app_link()
        # An agency that is rated must not come to hold what rates it: not by an address that it gave itself.
        # Where an app shows the notice, the app rates.
        proved = not row.agency_supplied and channel.form is not Form.SHORT
        if row.category == Category.RATING_REQUEST and proved:
            return self._settings.rating_link(str(code), proof_of(self._cipher, str(code)))
        return self._settings.dossier_link(str(code))

    def _params(self, row: Claimed) -> Mapping[str, Any]:
        if row.category != Category.OTP:
            return row.params
        return {"otp": code_of(self._cipher, UUID(str(row.params["verification_id"])))}

    def _opt_out_link(self, contact_id: UUID) -> str:
        return self._settings.opt_out_link(opt_out_token(self._cipher, contact_id))
