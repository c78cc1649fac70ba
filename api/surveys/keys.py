"""The keys that sign personal links to our own page of surveys."""

from collections.abc import Sequence

from storage.surveys.links import LinkKeys

_PURPOSE = "page"


def page_links(slip_keys: Sequence[bytes]) -> LinkKeys:
    """Derive them from the keys of receipt slips, with which they are replaced."""
    return LinkKeys.derived(slip_keys, _PURPOSE)
