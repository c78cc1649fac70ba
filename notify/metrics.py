"""What a worker counts while it sends, for Prometheus.

Every value of a label is bounded: a provider may invent codes without end, and each would be a time series.
"""

from collections import defaultdict

from prometheus_client import Counter, Histogram

OTHER = "other"
"""Stands for every value beyond the bound of a label."""
MOST_CHANNELS = 16
MOST_OUTCOMES = 16
MOST_CODES = 50
"""Codes of one channel."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
_MINUTES_TO_DAYS = (1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 24 * 3600)

OUTCOMES = Counter(
    "tindan_outcomes",
    f"Answers of providers, by what they mean; of codes, the first {MOST_CODES} of a channel by name.",
    ("channel", "outcome", "code"),
    registry=None,
)
COST = Counter("tindan_cost_dong", "What was spent on sending, in whole dong.", ("channel",), registry=None)
SENDS = Histogram(
    "tindan_send_seconds",
    "How long a call of a provider took, for however many messages.",
    ("channel",),
    buckets=_SECONDS,
    registry=None,
)
MESSAGES = Counter(
    "tindan_messages", "Messages handed to a provider in those calls.", ("channel",), registry=None
)
RECEIPT_DELAY = Histogram(
    "tindan_receipt_delay_seconds",
    "From what a provider reports until its report was applied.",
    ("channel",),
    buckets=_MINUTES_TO_DAYS,
    registry=None,
)
ALL = (OUTCOMES, COST, SENDS, MESSAGES, RECEIPT_DELAY)


class _Bounded:
    """The first values of a label by name; all further ones are one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        if value not in self._known:
            if len(self._known) >= self._most:
                return OTHER
            self._known.add(value)
        return value


_channel = _Bounded(MOST_CHANNELS)
_outcome = _Bounded(MOST_OUTCOMES)
_code: dict[str, _Bounded] = defaultdict(lambda: _Bounded(MOST_CODES))


def count_outcome(channel: str, kind: str, code: str | None = None, count: int = 1) -> None:
    """Count answers of a provider. `kind` is an `OutcomeKind`, `code` the provider's own word."""
    name = _channel(channel)
    OUTCOMES.labels(name, _outcome(str(kind)), _code[name](code) if code else "").inc(count)


def observe_send(channel: str, seconds: float, count: int) -> None:
    """Note how long one call of a provider took, and how many messages it was handed."""
    name = _channel(channel)
    SENDS.labels(name).observe(seconds)
    MESSAGES.labels(name).inc(count)


def add_cost(channel: str, dong: int) -> None:
    """Add what was spent, in whole đồng."""
    COST.labels(_channel(channel)).inc(dong)


def receipt_lag(channel: str, seconds: float) -> None:
    """Note how long after the event its report was applied; clocks that disagree count as no time."""
    RECEIPT_DELAY.labels(_channel(channel)).observe(max(0.0, seconds))
