"""One check, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from api.bilingual import Words
from api.conformance.checks.texts import TEXTS
from api.conformance.evidence import Evidence

SHOWN = 5
"""Things named in one finding; the rest are counted."""


class Level(StrEnum):
    """How much hangs on a check (after RFC 2119)."""

    MUST = "must"
    """Without it, facts are lost, doubled or wrong, or secrets get about."""
    SHOULD = "should"
    """Without it, an integration is a burden, to us or to whoever runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found in one scenario: of dossiers and events only codes and ids."""

    passed: bool
    seen: Words


Judge = Callable[[Evidence], Finding | None]
"""Judges a scenario; none where it gave no occasion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that is asked of an integration."""

    id: str
    level: Level
    judge: Judge

    @property
    def title(self) -> Words:
        """What is asked, in one line."""
        return TEXTS[self.id].title

    @property
    def why(self) -> Words:
        """Why it matters."""
        return TEXTS[self.id].why

    @property
    def mend(self) -> Words:
        """How it is mended."""
        return TEXTS[self.id].mend


def must(name: str, judge: Judge) -> Check:
    """Make a check on which facts depend."""
    return Check(id=name, level=Level.MUST, judge=judge)


def should(name: str, judge: Judge) -> Check:
    """Make a check on which manners depend."""
    return Check(id=name, level=Level.SHOULD, judge=judge)


def good(vi: str, en: str) -> Finding:
    """Find nothing to complain of."""
    return Finding(passed=True, seen=Words(vi, en))


def bad(vi: str, en: str) -> Finding:
    """Find a fault."""
    return Finding(passed=False, seen=Words(vi, en))


def some(names: Iterable[str]) -> str:
    """Name the first few things, and count the rest."""
    given = list(dict.fromkeys(names))
    more = len(given) - SHOWN
    return ", ".join(given[:SHOWN]) + (f" (+{more})" if more > 0 else "")
