"""Addresses below /console to which somebody may be sent after signing in. Pure."""

import re
from urllib.parse import unquote, urlencode

HOME = "/console"
SIGN_IN = "/console/sign-in"
CALLBACK = "/console/callback"
SIGN_OUT = "/console/sign-out"
LONGEST = 1024
_FORM = re.compile(r"/console(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
_NOWHERE = (SIGN_IN, CALLBACK, SIGN_OUT)


def safe(path: str | None) -> str:
    """Return a path below /console as it is, and /console for whatever else is given.

    What another page might have made of it (RFC 9700, 4.11.2) never leaves this host or the officers' page:
    no second slash, backslash, dot segment or control character gets through, written out or in percent.
    """
    if path is None or len(path) > LONGEST or not _FORM.fullmatch(path):
        return HOME
    plain = unquote(path.partition("?")[0])
    if {".", "..", ""} & set(plain.split("/")[1:]) or "\\" in plain or not plain.isprintable():
        return HOME
    return HOME if plain.startswith(_NOWHERE) else path


def sign_in(path: str) -> str:
    """Return where to sign in to come back to a path."""
    back = safe(path)
    return SIGN_IN if back == HOME else f"{SIGN_IN}?{urlencode({'next': back})}"
