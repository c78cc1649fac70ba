"""Links that fill a form in before it is answered, signed by whoever may."""

import hashlib
import hmac
import re
import time
import urllib.parse
from collections.abc import Mapping

SIGNATURE = "signature"
KNOWN = {"agency", "procedure", "month", "respondent", "expires", "version"}
"""What an address may say beside the signature and, unsigned, the language of the page."""

_NUMBER = re.compile(r"[0-9]{1,12}")


class NotSignedError(Exception):
    """A link that nobody signed who may, or whose time is over."""


def read(key: str, form_id: str, query: Mapping[str, str]) -> dict[str, str]:
    """Return what a link says; nothing for one that says nothing.

    Raises:
        NotSignedError: It is not to be believed.
    """
    told = {name: value for name, value in query.items() if name not in {SIGNATURE, "lang"}}
    if not told and SIGNATURE not in query:
        return {}
    if not told.keys() <= KNOWN or not hmac.compare_digest(
        sign(key, form_id, told).encode(), query.get(SIGNATURE, "").encode()
    ):
        raise NotSignedError
    expires = told.get("expires", "")
    if not _NUMBER.fullmatch(expires) or int(expires) < time.time():
        raise NotSignedError
    return told


def sign(key: str, form_id: str, told: Mapping[str, str]) -> str:
    """Return the HMAC-SHA256 of a form's id and what a link says, in the order of names, as hexadecimal."""
    text = f"{form_id}?{urllib.parse.urlencode(sorted(told.items()))}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
