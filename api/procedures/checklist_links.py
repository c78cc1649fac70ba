"""Addresses of the catalogue that people are sent to. Pure."""

from urllib.parse import urlsplit

_PORTAL_DOMAIN = ".gov.vn"
_NEVER = frozenset('\\ <>"')
"""Browsers take a backslash for a slash, and then it is another host; the others no address has."""


def portal_address(address: str | None) -> str | None:
    """Return an address that people are sent to: https, on a host of the government; none for any other."""
    return address if (_host(address) or "").endswith(_PORTAL_DOMAIN) else None


def web_address(address: str | None) -> str | None:
    """Return an address of a file that may be opened: https; none for any other."""
    return address if _host(address) else None


def _host(address: str | None) -> str | None:
    """Return the host of an https address that browsers read as this service does."""
    if not address or not address.isprintable() or set(address) & _NEVER:
        return None
    try:
        parts = urlsplit(address)
        usual = parts.scheme == "https" and "@" not in parts.netloc and parts.port in {None, 443}
    except ValueError:
        return None
    # What is not ASCII a browser folds before it looks the host up, and some of it folds to a slash.
    return parts.hostname if usual and parts.netloc.isascii() else None
