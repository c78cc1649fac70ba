"""Links to a form at VNForm, with what is known of somebody filled in and signed. Pure."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote, urlencode

from api.connectors.surveys.port import Prefilled
from api.connectors.surveys.settings import VnformAccount

_RESPONDENT = b"tindan.vnform.respondent.1\x00"


class VnformLinks:
    """Makes links; asks nobody."""

    def __init__(self, account: VnformAccount) -> None:
        self._account = account

    def link(self, external_id: str, prefilled: Prefilled | None, *, locale: str) -> str:
        """Return where somebody answers.

        The signature is an HMAC-SHA256 (RFC 2104) over the form's id and what the link says, names in order.
        The language of the page is beside it: whoever follows the link may choose another one.
        """
        names = self._account.dialect.link
        path = self._account.dialect.paths.page.format(form_id=quote(external_id, safe=""))
        told = {} if prefilled is None else self._told(prefilled)
        if told:
            signed = f"{external_id}?{urlencode(sorted(told.items()))}"
            told[names.signature] = hmac.new(self._account.link_key, signed.encode(), sha256).hexdigest()
        return f"{self._account.url}{path}?{urlencode({**told, names.language: locale})}"

    def _told(self, prefilled: Prefilled) -> dict[str, str]:
        names = self._account.dialect.link
        context: Mapping[str, str] = {
            names.agency_code: prefilled.context.get("agency_code", ""),
            names.procedure_code: prefilled.context.get("procedure_code", ""),
            names.month: prefilled.context.get("month", ""),
        }
        return {
            **{name: value for name, value in context.items() if value},
            names.version: str(prefilled.version),
            names.respondent: self._pseudonym(prefilled.respondent),
            names.expires: str(int(prefilled.expires.timestamp())),
        }

    def _pseudonym(self, respondent: bytes) -> str:
        """Return what stands for an invitation there.

        The invitation's own reference stays here: with that, whoever reads both databases could tell who
        answered what; with this, only who has the key besides.
        """
        return hmac.new(self._account.link_key, _RESPONDENT + respondent, sha256).hexdigest()[:32]
