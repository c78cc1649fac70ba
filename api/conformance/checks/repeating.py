"""What an integration does when it gets no answer, or is told to wait."""

from collections.abc import Iterator

from api.conformance.checks.check import Finding, bad, good, must, should, some
from api.conformance.evidence import Evidence
from api.conformance.faults import TOKEN_ENDED, WORK, Kind
from api.conformance.wire import Exchange

EARLY_SECONDS = 0.1
"""Clocks and roundings may differ by so much."""
UNDER_WAY_SECONDS = 0.25
"""What was begun so soon after another's refusal was on its way already."""
LEAST_PAUSE = 0.2


def _lost(evidence: Evidence) -> list[Exchange]:
    """The requests that have to be sent again; a token that ended has a check of its own."""
    return [one for one in evidence.tape.of(*WORK) if one.action.loses and one.action is not TOKEN_ENDED]


def _repeats_lost(evidence: Evidence) -> Finding | None:
    lost = _lost(evidence)
    if not lost:
        return None
    given_up = [name for one in lost for name in _given_up(evidence, one)]
    if given_up:
        return bad(
            f"Không gửi lại sau khi mất câu trả lời: {some(given_up)}.",
            f"Given up after an answer was lost: {some(given_up)}.",
        )
    return good(
        f"{len(lost)} yêu cầu không có câu trả lời đều được gửi lại.",
        f"{len(lost)} requests got no answer, and each was sent again.",
    )


def _given_up(evidence: Evidence, lost: Exchange) -> Iterator[str]:
    """Name what a lost request told that never got an answer later."""
    later = [one for one in evidence.tape.of(lost.target) if one.began > lost.began]
    if not lost.told:
        if not any(one.outcomes for one in later):
            yield lost.target.value
        return
    for told in lost.told:
        tellings = evidence.of_fact[told.key]
        if not any(one.answered for one in tellings if one.exchange.began > lost.began):
            yield told.source_id


def _waits(evidence: Evidence) -> Finding | None:
    told = [one for one in evidence.tape.of(*WORK) if "retry-after" in one.action.headers]
    if not told:
        return None
    hasty = [
        f"{later.began - one.ended:.1f} s / {one.action.seconds:.0f} s"
        for one in told
        if one.ended is not None
        for later in evidence.tape.of(one.target)
        if later is not one and _too_early(one, later)
    ]
    if hasty:
        return bad(
            f"Gửi lại sớm hơn Retry-After: {some(hasty)}.",
            f"Sent before Retry-After was over: {some(hasty)}.",
        )
    return good("Chờ đủ thời gian được yêu cầu.", "It waited for as long as it was told.")


def _too_early(told: Exchange, later: Exchange) -> bool:
    ended = told.ended or 0.0
    if not ended <= later.began < ended + told.action.seconds - EARLY_SECONDS:
        return False
    shared = {one.key for one in told.told} & {one.key for one in later.told}
    return bool(shared) or later.began > ended + UNDER_WAY_SECONDS


def _backs_off(evidence: Evidence) -> Finding | None:
    pauses = [
        (later.began - lost.ended, lost)
        for lost in _lost(evidence)
        if lost.ended is not None and "retry-after" not in lost.action.headers
        for later in [_next_after(evidence, lost)]
        if later is not None
    ]
    if not pauses:
        return None
    shortest = min(pause for pause, _ in pauses)
    if shortest < LEAST_PAUSE:
        return bad(
            f"Gửi lại chỉ sau {shortest:.2f} giây.", f"Sent again after no more than {shortest:.2f} s."
        )
    return good(f"Nghỉ ít nhất {shortest:.1f} giây.", f"It paused for {shortest:.1f} s at the least.")


def _next_after(evidence: Evidence, lost: Exchange) -> Exchange | None:
    keys = {told.key for told in lost.told}
    return next(
        (
            one
            for one in evidence.tape.of(lost.target)
            if one.began > lost.began and (not keys or keys & {told.key for told in one.told})
        ),
        None,
    )


def _patient(evidence: Evidence) -> Finding | None:
    slow = [one for one in evidence.tape.of(*WORK) if one.action.kind is Kind.SLOW]
    if not slow:
        return None
    hurried = [
        told.source_id
        for one in slow
        for told in one.told
        if any(
            one.began < later.exchange.began < (one.ended or one.began)
            for later in evidence.of_fact[told.key]
        )
    ]
    if hurried:
        return bad(
            f"Gửi lại khi câu trả lời còn đang đến: {some(hurried)}.",
            f"Sent again while its answer was on the way: {some(hurried)}.",
        )
    return good("Chờ được câu trả lời chậm.", "It waited for slow answers.")


CHECKS = (
    must("repeats-what-was-lost", _repeats_lost),
    must("waits-as-told", _waits),
    should("pauses-before-repeating", _backs_off),
    should("waits-for-slow-answers", _patient),
)
