"""What the tenant keeps in the end, held against the facts; and whether the integration came to its end."""

from collections import Counter
from collections.abc import Iterator

from api.conformance.checks.check import Finding, bad, good, must, some
from api.conformance.dossier_facts import SEGMENTS
from api.conformance.evidence import Evidence
from api.conformance.facts import StatusFact
from api.conformance.witness import Kept


def _finishes(evidence: Evidence) -> Finding:
    ending = evidence.ending
    if not ending.finished:
        return bad("Chưa xong khi hết thời gian cho phép.", "It had not ended when its time was over.")
    if ending.code:
        return bad(f"Kết thúc với mã {ending.code}.", f"It ended with code {ending.code}.")
    return good("Kết thúc bình thường.", "It came to its end.")


def _facts_kept(evidence: Evidence) -> Finding:
    missing = [fact.id for fact in evidence.expected if not evidence.is_kept(fact)]
    if missing:
        return bad(f"Không có trong hệ thống: {some(missing)}.", f"Missing in the end: {some(missing)}.")
    count = len(list(evidence.expected))
    return good(f"Đủ {count} sự kiện và giấy tờ.", f"All {count} facts are kept.")


def _nothing_invented(evidence: Evidence) -> Finding:
    known = evidence.told_before | evidence.events.keys()
    strange = [
        f"{code} ({int(kept.status)})"
        for code, timeline in evidence.timelines.items()
        for kept in timeline
        if (code, str(int(kept.status))) not in known
    ]
    doubled = [code for code, timeline in evidence.timelines.items() if _doubled(timeline)]
    foreign = [
        key[0] for key, told in evidence.of_fact.items() if not evidence.is_asked_for(key) and told[-1].kept
    ]
    found = [*strange, *doubled, *foreign, *_arranged_beside(evidence)]
    if found:
        names = some(found)
        return bad(f"Có điều không được giao: {names}.", f"There is what nobody asked to be told: {names}.")
    return good("Không có gì thừa.", "There is nothing else.")


def _doubled(timeline: tuple[Kept, ...]) -> bool:
    statuses = [kept.status for kept in timeline]
    return len(statuses) > len(set(statuses))


def _arranged_beside(evidence: Evidence) -> Iterator[str]:
    """Name what is arranged beyond what was given: one thing under two ids above all."""
    for fact in evidence.states:
        kept = evidence.dossiers.get(fact.dossier_code)
        asked = Counter(kind for kind, _ in fact.things())
        others = fact.arranged_before | evidence.meanwhile(fact)
        own = (one.kind for one in (kept.items if kept else ()) if one.source_id not in others)
        for kind, count in Counter(own).items():
            if count > asked[kind]:
                yield f"{fact.dossier_code} ({SEGMENTS[kind]})"


def _content_kept(evidence: Evidence) -> Finding | None:
    wrong = [
        f"{fact.id}: {name}"
        for fact in evidence.events.values()
        if (kept := evidence.kept_of(fact))
        for name in _differences(fact, kept)
    ]
    wrong += [
        f"{fact.id}: {name}"
        for fact in evidence.states
        if evidence.is_kept(fact)
        for name in fact.differences(evidence.dossiers[fact.dossier_code])
    ]
    if wrong:
        return bad(f"Khác với việc được giao: {some(wrong)}.", f"Other than it was given: {some(wrong)}.")
    if not any(evidence.timelines.values()) and not evidence.dossiers:
        return None
    return good("Nội dung đúng như được giao.", "Times, order and words are as they were given.")


def _differences(fact: StatusFact, kept: Kept) -> Iterator[str]:
    for name in ("occurred_at", "due_at", "sequence", "step", "note"):
        if getattr(fact, name) != getattr(kept, name):
            yield name


def _new_fields(evidence: Evidence) -> Finding | None:
    if not evidence.scenario.plan.widens:
        return None
    again = [
        tellings[0].told.source_id
        for tellings in evidence.of_fact.values()
        if any(telling.kept for telling in tellings[:-1])
    ]
    if not evidence.ending.well or again:
        return bad(
            "Dừng lại hoặc gửi lại vì câu trả lời có trường lạ.",
            "It stopped, or sent again, over fields that it does not know.",
        )
    return good("Bỏ qua các trường lạ.", "It passes over fields that it does not know.")


CHECKS = (
    must("finishes", _finishes),
    must("facts-kept", _facts_kept),
    must("nothing-invented", _nothing_invented),
    must("content-kept", _content_kept),
    must("takes-new-fields", _new_fields),
)
