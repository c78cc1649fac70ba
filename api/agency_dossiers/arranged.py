"""An agency tells one appointment, one payment, or papers by post, of a dossier that is known."""

from dataclasses import dataclass

from pydantic import ValidationError

from api.agency_dossiers.answers import ItemAnswer, ItemOutcome
from api.agency_dossiers.arranging import Arranged, Kept, kept_by_source
from api.agency_dossiers.drafting import Draft, first_hash, write
from api.agency_dossiers.judging import MOST_KEPT, errors_of, too_many
from api.agency_dossiers.schemas import ITEMS, Change, Item
from api.agency_dossiers.service import Telling
from api.problems import FieldError, Problem, from_pydantic
from api.recording.arrangements import CONTENTS
from storage.agencies import speaking
from storage.agencies.codes import InvalidCode
from storage.arrangements import repository as arrangements
from storage.arrangements.kinds import ArrangementKind
from storage.arrangements.repository import Arrangement
from storage.dossiers import repository as dossiers
from storage.dossiers import restating
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.repository import LockedDossier
from storage.dossiers.restating import Restatement
from storage.errors import NotFoundError
from storage.unit_of_work import Reading, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Of which dossier, by its code as it came, and which kind."""

    code: str
    kind: ArrangementKind


async def require_spoken_for(reading: Reading, telling: Telling, which: Which) -> str:
    """Return the code of a dossier for which the caller may speak, in its usual spelling.

    Raises NotFoundError where there is none, or it is another agency's.
    """
    try:
        code = normalise_dossier_code(which.code)
    except InvalidCode as error:
        raise NotFoundError("dossier") from error
    found = await speaking.dossier(reading, telling.caller.agency_id, code)
    if found is None or not found.allowed:
        raise NotFoundError("dossier")
    return code


async def add(uow: UnitOfWork, telling: Telling, which: Which, item: Item) -> ItemAnswer:
    """Keep what is told for the first time; a repeat is answered as it was then.

    Raises:
        NotFoundError: there is no such dossier, or it is another agency's.
        Problem: 422 naming the fields at fault; 409 where the id was used for another content.
    """
    _require_sound(item, telling)
    dossier = await _held(uow, telling, which)
    kept = await _kept(uow, dossier)
    said = first_hash(uow.cipher, which.kind, item)
    before = kept.get((which.kind, item.source_id))
    if before is not None:
        if before.first_hash != said:
            errors = [FieldError(pointer="/source_id", code="source-id-reused")]
            raise Problem("arrangement-exists", 409, errors=errors, members={"existing_id": before.source_id})
        first = ItemAnswer.model_validate_json(before.first_answer)
        return first.model_copy(update={"outcome": ItemOutcome.REPEATED})
    if sum(kind is which.kind for kind, _ in kept) >= MOST_KEPT:
        raise Problem("validation", 422, errors=[too_many("/source_id")])
    made = telling.arranger.new(which.kind, item, dossier_id=dossier.id, first_hash=said)
    return await _written(uow, telling, which, dossier, made)


async def change(
    uow: UnitOfWork, telling: Telling, which: Which, source_id: str, given: Change
) -> ItemAnswer:
    """Change what is known; what changes nothing is a repeat.

    Raises:
        NotFoundError: there is no such dossier or nothing of this id about it, or it is another agency's.
        Problem: 422 naming the fields at fault.
    """
    dossier = await _held(uow, telling, which)
    before = (await _kept(uow, dossier)).get((which.kind, source_id))
    if before is None:
        raise NotFoundError("arrangement")
    item = _changed(before, given)
    # A link that is not told anew may be of a host that is trusted no more: nobody is shown it any longer.
    _require_sound(item, telling, linked="link" in given.model_fields_set)
    return await _written(uow, telling, which, dossier, telling.arranger.again(before, item))


async def _held(uow: UnitOfWork, telling: Telling, which: Which) -> LockedDossier:
    """Lock a dossier for which the caller may speak; asked again, as it may have gone to another agency."""
    code = await require_spoken_for(uow, telling, which)
    locked = await dossiers.lock(uow, [code])
    await require_spoken_for(uow, telling, which)
    return locked[code]


async def _kept(uow: UnitOfWork, dossier: LockedDossier) -> Kept:
    found = await arrangements.of_dossiers(uow, {dossier.id: dossier.party})
    return kept_by_source(found).get(dossier.id, {})


def _require_sound(item: Item, telling: Telling, *, linked: bool = True) -> None:
    said = item if linked else item.model_copy(update={"link": None})
    errors = list(errors_of(said, "", telling.payment_hosts, telling.now))
    if errors:
        raise Problem("validation", 422, errors=errors)


def _changed(before: Arrangement, given: Change) -> Item:
    """Return what is known with what changes (RFC 7396)."""
    known = CONTENTS[before.kind].model_validate_json(before.content).model_dump(mode="json")
    known |= {"source_id": before.source_id, "state": before.state}
    merged = known | given.model_dump(mode="json", exclude_unset=True)
    try:
        return ITEMS[before.kind].model_validate({k: v for k, v in merged.items() if v is not None})
    except ValidationError as error:
        raise Problem("validation", 422, errors=from_pydantic(error.errors(include_url=False))) from error


async def _written(
    uow: UnitOfWork, telling: Telling, which: Which, dossier: LockedDossier, arranged: Arranged
) -> ItemAnswer:
    stated = (await restating.known(uow, {dossier.id: dossier.party}))[dossier.id]
    restatement = Restatement(
        dossier_id=dossier.id,
        party=dossier.party,
        before=stated,
        after=stated,
        arranged=arranged.write is not None,
    )
    draft = Draft(restatement=restatement, told=[(which.kind, arranged)])
    await write(uow, telling.caller.client_id, [draft], telling.now)
    return arranged.answer
