"""How an integration tells what stands now, beside others who tell it too."""

from collections.abc import Iterator

from api.conformance.checks.check import Finding, bad, good, must, some
from api.conformance.evidence import Evidence
from api.conformance.faults import Target
from storage.arrangements.kinds import CANCELLED

CHANGED = 412


def _replaces_what_it_read(evidence: Evidence) -> Finding | None:
    if not any(one.if_match is not None for one in evidence.tape.of(Target.DOSSIERS)):
        return None
    blind = list(_blind(evidence))
    if blind:
        return bad(f"Ghi đè mà không đọc: {some(blind)}.", f"Replaced without being read: {some(blind)}.")
    return good("Chỉ ghi đè bản đã đọc.", "It replaced what it had read, and nothing else.")


def _blind(evidence: Evidence) -> Iterator[str]:
    """Name the dossiers that were to be replaced under a tag that no reading gave.

    Who is told that it has changed has read nothing by that: what was read before counts no more.
    """
    read: dict[str, set[str]] = {}
    for one in evidence.tape.of(Target.READING, Target.DOSSIERS):
        tags = read.setdefault(one.dossier, set())
        if one.if_match is not None and one.if_match.strip() not in tags:
            yield one.dossier
        if one.status == CHANGED:
            tags.clear()
        elif one.etag:
            tags.add(one.etag)


def _keeps_others(evidence: Evidence) -> Finding | None:
    to_stay = [(fact, fact.to_stay | evidence.meanwhile(fact)) for fact in evidence.states]
    if not any(names for _, names in to_stay):
        return None
    gone = [
        f"{fact.dossier_code}: {name}"
        for fact, names in to_stay
        for name in sorted(names - _standing(evidence, fact.dossier_code))
    ]
    if gone:
        return bad(
            f"Điều người khác báo bị huỷ: {some(gone)}.", f"What others told was undone: {some(gone)}."
        )
    return good("Điều người khác báo vẫn còn.", "What others told still stands.")


def _standing(evidence: Evidence, code: str) -> set[str]:
    kept = evidence.dossiers.get(code)
    return {one.source_id for one in kept.items if one.state != CANCELLED} if kept else set()


CHECKS = (
    must("replaces-what-it-read", _replaces_what_it_read),
    must("keeps-what-others-told", _keeps_others),
)
