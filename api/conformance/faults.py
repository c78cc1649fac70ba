"""What goes wrong on the way, by a script. Pure: the proxy does what is said here."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs


class Target(StrEnum):
    """What a request is for."""

    EVENTS = "events"
    RESULTS = "results"
    TOKEN = "token"  # noqa: S105 - the name of an endpoint
    DOSSIERS = "dossiers"
    READING = "reading"
    """A dossier is read as a whole: for its tag, and for what else is in it."""
    ARRANGEMENTS = "arrangements"
    TABLES = "tables"
    OTHER = "other"

    @classmethod
    def of(cls, method: str, path: str, query: str = "") -> "Target":
        """Say what a request is for; a table that is only tried tells nothing."""
        for known, pattern, target in _TARGETS:
            if method == known and pattern.fullmatch(path.rstrip("/")):
                return cls.OTHER if target is cls.TABLES and _only_tried(query) else target
        return cls.OTHER


def _only_tried(query: str) -> bool:
    return parse_qs(query).get("check", ["false"])[-1].lower() in {"1", "t", "true", "y", "yes", "on"}


WORK = (
    *(Target.EVENTS, Target.RESULTS),
    *(Target.DOSSIERS, Target.READING, Target.ARRANGEMENTS, Target.TABLES),
)
"""What is asked of the API itself, with a token."""
_DOSSIERS = "/v1/agency/dossiers"
_LISTS = "(appointments|payments|postal-items)"
_TARGETS = [
    (method, re.compile(pattern), target)
    for method, pattern, target in (
        ("POST", "/v1/agency/dossier-events", Target.EVENTS),
        ("POST", "/v1/agency/dossier-events/csv", Target.TABLES),
        ("POST", "/v1/agency/results", Target.RESULTS),
        ("POST", _DOSSIERS, Target.DOSSIERS),
        ("PUT", f"{_DOSSIERS}/[^/]+", Target.DOSSIERS),
        ("GET", f"{_DOSSIERS}/[^/]+", Target.READING),
        ("POST", f"{_DOSSIERS}/[^/]+/{_LISTS}", Target.ARRANGEMENTS),
        ("PATCH", f"{_DOSSIERS}/[^/]+/{_LISTS}/[^/]+", Target.ARRANGEMENTS),
        ("POST", "/oauth/token", Target.TOKEN),
    )
]


class Kind(StrEnum):
    """What is done to a request."""

    PASS = "pass"  # noqa: S105 - not a secret
    SLOW = "slow"
    """It is passed on, and its answer held back for a while."""
    ANSWER = "answer"
    """It is answered here; the API never sees it."""
    CUT_BEFORE = "cut-before"
    """The connection ends while it is still being sent; the API never sees it."""
    CUT_AFTER = "cut-after"
    """The API answers; the connection ends instead of bringing that."""
    OVERTAKEN = "overtaken"
    """Before the answer is given, somebody else changes what it tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is done to one request.

    Attributes:
        seconds: how long the answer is held back, or how long the caller is told to wait.
        status: of an answer from here.
    """

    kind: Kind = Kind.PASS
    seconds: float = 0.0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def loses(self) -> bool:
        """Whether the caller has to ask again."""
        return self.kind in {Kind.ANSWER, Kind.CUT_BEFORE, Kind.CUT_AFTER}


UNTOUCHED = Action()


def slow(seconds: float) -> Action:
    """Hold an answer back."""
    return Action(kind=Kind.SLOW, seconds=seconds)


def stalled(seconds: float) -> Action:
    """Pass a request on, hold its answer back, and never give it."""
    return Action(kind=Kind.CUT_AFTER, seconds=seconds)


def wait(status: int, seconds: int) -> Action:
    """Answer that it may be tried again after so many seconds (RFC 9110, section 10.2.3)."""
    headers = {"retry-after": str(seconds)}
    return Action(kind=Kind.ANSWER, status=status, seconds=seconds, headers=headers)


def broken(status: int) -> Action:
    """Answer as something before the API does when it fails: with a page."""
    return Action(kind=Kind.ANSWER, status=status)


CUT_BEFORE = Action(kind=Kind.CUT_BEFORE)
CUT_AFTER = Action(kind=Kind.CUT_AFTER)
OVERTAKEN = Action(kind=Kind.OVERTAKEN)
TOKEN_ENDED = Action(
    kind=Kind.ANSWER, status=401, headers={"www-authenticate": 'Bearer error="invalid_token"'}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The faults of a scenario.

    Attributes:
        target: whose requests the actions are for, one each, in order; those after the last pass.
        token_dies: the first token that is shown opens nothing any more.
        widens: answers bear fields that no documentation names yet.
    """

    target: Target = Target.EVENTS
    actions: tuple[Action, ...] = ()
    token_dies: bool = False
    widens: bool = False


class Script:
    """A plan under way; `now` is in seconds, ascending."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._left = list(plan.actions)
        self._dead: str | None = None
        self._waiting: tuple[float, Action] | None = None

    def next(self, target: Target, *, token: str | None, now: float) -> Action:
        """Say what is done to a request that begins now; `token` stands for the token that it shows."""
        if target not in WORK:
            return UNTOUCHED
        if self.plan.token_dies and token is not None:
            self._dead = self._dead or token
            if token == self._dead:
                return TOKEN_ENDED
        if target is not self.plan.target:
            return UNTOUCHED
        if self._waiting and now < self._waiting[0]:
            # Who does not wait is told again, for the rest of the time.
            return wait(self._waiting[1].status, math.ceil(self._waiting[0] - now))
        action = self._left.pop(0) if self._left else UNTOUCHED
        if "retry-after" in action.headers:
            self._waiting = (now + action.seconds, action)
        return action
