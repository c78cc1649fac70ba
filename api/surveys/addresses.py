"""Where a survey is answered by whoever has no app: its page, and a personal link to it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from storage.dossiers.working_days import VIETNAM
from storage.surveys.links import LinkKeys, SignedLink

PAGE = "/khao-sat"
GOOD_FOR = timedelta(days=90)
"""After the day of the invitation: whether it may be answered still, the survey says by itself."""


def page_of(base: str, code: str) -> str:
    """Return the address of a survey's page; `base` is where the API is reached, without a last slash."""
    return f"{base}{PAGE}/{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAddresses:
    """Makes addresses of pages.

    Attributes:
        base: where the API is reached from outside, without a slash at the end.
    """

    base: str
    keys: LinkKeys = field(repr=False)

    def of(self, code: str) -> str:
        """Return the address of a survey's page."""
        return page_of(self.base, code)

    def personal(self, code: str, version: int, ref: bytes, invited_on: date) -> str:
        """Return the address that names an invitation; always the same for the same version."""
        expires = datetime.combine(invited_on + GOOD_FOR, time(), VIETNAM)
        link = SignedLink(survey=code, version=version, ref=ref, expires=expires)
        return f"{self.of(code)}?{self.keys.sign(link)}"
