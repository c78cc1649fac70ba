"""Which tellings of a dossier are of one fact. Pure, and a matter of all that was told alone.

Two tellings of one status, time and step are of one fact. One with which nothing was told but that it
happened is *bare*: a date in a record says no more. It is of whatever else is told to have happened then, at
whichever step, and a fact of its own only as long as nobody told more of it. So of a date and of the steps X
and Y at that moment, X and Y remain, whichever came first.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, natural_key

_Moment = tuple[DossierStatus, datetime]
_Identity = tuple[UUID, str]
"""Id and step of the fact that bare tellings are of."""


def is_bare(fact: Fact) -> bool:
    """Whether nothing was told with a fact but that it happened."""
    return not (fact.step or fact.noted or fact.sequence is not None or fact.due_at is not None)


def identified(known: Sequence[Fact], told: Sequence[Fact]) -> tuple[Sequence[Fact], Sequence[Fact]]:
    """Give each telling the id of the fact that it is of.

    Args:
        known: the facts of a dossier, no two of one status, time and step.
        told: what is told of it now, under ids of their own.

    Returns:
        The known facts, in their order, a bare one with the step that is told of it now; and the tellings, in
        theirs, each with the id and the step of its fact. Put together, `arrange` makes one fact of each id.
    """
    ids = {natural_key(fact): fact.id for fact in known}
    same: list[Fact] = []
    for fact in told:
        known_id = ids.setdefault(natural_key(fact), fact.id)
        same.append(fact if known_id is fact.id else replace(fact, id=known_id))
    # Nearly always: a bare telling is of something else only where both are of one moment.
    if len({occurred_at for _, occurred_at, _ in ids}) == len(ids):
        return known, same
    stepped = {(status, occurred_at) for status, occurred_at, step in ids if step}
    beside = {(status, occurred_at) for status, occurred_at, step in ids if not step} & stepped
    if not beside:
        return known, same
    meant = _meant(known, same, beside)
    return [_as_meant(fact, meant) for fact in known], [_as_meant(fact, meant) for fact in same]


def _meant(
    known: Sequence[Fact], told: Sequence[Fact], moments: Collection[_Moment]
) -> Mapping[_Moment, _Identity]:
    """Return what bare tellings are of at moments of which steps are told as well."""
    known_ids = {fact.id for fact in known}
    at_once: dict[_Moment, list[Fact]] = defaultdict(list)
    for fact in (*known, *told):
        if (fact.status, fact.occurred_at) in moments:
            at_once[fact.status, fact.occurred_at].append(fact)
    found: dict[_Moment, _Identity] = {}
    for moment, facts in at_once.items():
        without = [fact for fact in facts if not fact.step]
        if not all(map(is_bare, without)):
            continue
        stepped = (fact for fact in facts if fact.step)
        one = min(stepped, key=lambda fact: (fact.id not in known_ids, fact.step))
        bare = without[0].id
        if bare not in known_ids:
            found[moment] = (one.id, one.step)
        elif one.id not in known_ids:
            found[moment] = (bare, one.step)
        # Else both are kept already, from before dates were told: what is kept is not taken away.
    return found


def _as_meant(fact: Fact, meant: Mapping[_Moment, _Identity]) -> Fact:
    found = meant.get((fact.status, fact.occurred_at))
    if found is None or fact.step not in {"", found[1]}:
        return fact
    return replace(fact, id=found[0], step=found[1])
