"""Whether what is told bears names that make it safe to tell again."""

from api.conformance.checks.check import Finding, bad, good, must, some
from api.conformance.evidence import Evidence


def _stable_ids(evidence: Evidence) -> Finding | None:
    names = {
        key: list(dict.fromkeys(telling.told.source_id for telling in tellings))
        for key, tellings in evidence.of_fact.items()
        if len(tellings) > 1 and (key in evidence.distinct or key in evidence.events)
    }
    if not names:
        return None
    facts = {**evidence.events, **evidence.distinct}
    changing = [f"{facts[key].id}: {' → '.join(ids[:3])}" for key, ids in names.items() if len(ids) > 1]
    if changing:
        return bad(
            f"Gửi lại với mã khác: {some(changing)}.", f"Told again under another id: {some(changing)}."
        )
    return good(f"{len(names)} việc gửi lại giữ nguyên mã.", f"{len(names)} told again, under the same id.")


def _one_content(evidence: Evidence) -> Finding | None:
    contents: dict[str, set[bytes]] = {}
    for telling in (one for one in evidence.tellings if not one.told.state):
        contents.setdefault(telling.told.source_id, set()).add(telling.told.content)
    if not contents:
        return None
    mixed = [name for name, found in contents.items() if len(found) > 1]
    if mixed:
        return bad(
            f"Một mã, nhiều nội dung: {some(mixed)}.", f"One id, and more than one content: {some(mixed)}."
        )
    return good("Mỗi mã chỉ có một nội dung.", "Each id stands for one content.")


CHECKS = (must("stable-ids", _stable_ids), must("one-content-per-id", _one_content))
