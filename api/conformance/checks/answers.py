"""What an integration makes of answers: refusals above all."""

from collections.abc import Mapping

from api.conformance.checks.check import Finding, bad, good, must, should, some
from api.conformance.evidence import Evidence, Telling
from api.conformance.facts import Key
from api.conformance.faults import Target
from api.conformance.outcomes import Said
from api.conformance.scenarios import LIMIT


def _first_refused(evidence: Evidence) -> Mapping[Key, Telling]:
    """Return the first refusal of each thing that was refused, as far as the sender was told."""
    found: dict[Key, Telling] = {}
    for telling in evidence.tellings:
        if telling.refused:
            found.setdefault(telling.told.key, telling)
    return found


def _not_resent(evidence: Evidence) -> Finding | None:
    refused = _first_refused(evidence)
    if not refused:
        return None
    again = [
        first.told.source_id
        for key, first in refused.items()
        for later in evidence.of_fact[key]
        if later.exchange.began > first.exchange.began and later.told == first.told
    ]
    if again:
        return bad(
            f"Gửi lại nguyên vẹn điều đã bị từ chối: {some(again)}.",
            f"Sent again, unchanged, after it was refused: {some(again)}.",
        )
    return good("Không gửi lại điều đã bị từ chối.", "What was refused was not sent again as it was.")


def _reported(evidence: Evidence) -> Finding | None:
    refused = [fact for fact in evidence.distinct.values() if fact.refused]
    if not refused:
        return None
    silent = [fact.id for fact in refused if evidence.said_of(fact) is not Said.REFUSED]
    if silent:
        return bad(
            f"Không báo là đã bị từ chối: {some(silent)}.", f"Not reported as refused: {some(silent)}."
        )
    return good(f"Đã báo {len(refused)} việc bị từ chối.", f"{len(refused)} refused, and reported.")


def _truly(evidence: Evidence) -> Finding:
    untrue = [
        fact.id
        for fact in evidence.expected
        for said in [evidence.said_of(fact)]
        if said is None or (said is Said.TOLD) is not evidence.is_kept(fact)
    ]
    if untrue:
        return bad(
            f"Báo khác với sự thật, hoặc không báo gì: {some(untrue)}.",
            f"What it reports is not so, or it reports nothing: {some(untrue)}.",
        )
    return good("Báo đúng những gì đã được nhận.", "What it reports as told is kept.")


def _once(evidence: Evidence) -> Finding | None:
    if evidence.scenario.repeats or not evidence.tellings:
        return None
    # How something stands may be told as often as it changes, and a whole dossier with all its events.
    once = [
        [one for one in tellings if not one.told.state and one.exchange.target is not Target.DOSSIERS]
        for tellings in evidence.of_fact.values()
    ]
    again = [
        tellings[0].told.source_id
        for tellings in once
        if any(one.kept and one.exchange.began < tellings[-1].exchange.began for one in tellings[:-1])
    ]
    if again:
        return bad(
            f"Đã được nhận mà vẫn gửi lại: {some(again)}.", f"Sent again after it was kept: {some(again)}."
        )
    return good("Không gửi lại điều đã được nhận.", "What was kept was not sent again.")


def _within_limits(evidence: Evidence) -> Finding | None:
    batches = [one.batch for one in evidence.tape.exchanges if one.batch]
    if not batches:
        return None
    if max(batches) > LIMIT:
        return bad(f"Một lô có {max(batches)} sự kiện.", f"One batch held {max(batches)} events.")
    return good(f"Lô lớn nhất có {max(batches)} sự kiện.", f"The largest batch held {max(batches)} events.")


CHECKS = (
    must("does-not-resend-refused", _not_resent),
    must("reports-refusals", _reported),
    must("reports-truly", _truly),
    should("does-not-resend-kept", _once),
    should("keeps-batches-within-the-limit", _within_limits),
)
