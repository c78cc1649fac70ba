"""The keys that sign personal links to our own page of surveys, and its forms."""

from collections.abc import Sequence

from storage.surveys.links import LinkKeys

_PURPOSE, _SHEETS = "page", "sheet"


def page_links(slip_keys: Sequence[bytes]) -> LinkKeys:
    """Derive them from the keys of receipt slips, with which they are replaced."""
    return LinkKeys.derived(slip_keys, _PURPOSE)


def sheet_keys(slip_keys: Sequence[bytes]) -> LinkKeys:
    """Derive those that sign the forms which the page shows; no link is good as one."""
    return LinkKeys.derived(slip_keys, _SHEETS)
