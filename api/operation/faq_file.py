"""What is asked often, as an operator gives it in a file: published whole, or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, ProcedureCode
from api.operation.placed import Placed
from api.text import Clean
from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRef
from storage.procedures.formats.faults import Faults
from storage.questions import cleaning
from storage.questions.cleaning import Cleaning
from storage.questions.errors import Flaw, Unfounded
from storage.questions.founding import version_in_force
from storage.questions.moderating import fields
from storage.questions.publishing import Entry, is_left, put
from storage.questions.resting import RestsOn
from storage.questions.scrubbing import RemovedKind
from storage.search.folding import words
from storage.unit_of_work import UnitOfWork

_FLAWS = {Flaw.UNKNOWN: "unknown-procedure", Flaw.REMOVED: "procedure-removed"}


class FaqEntry(BaseModel):
    """A question that is asked often, with its answer.

    Attributes:
        id: what its source calls it: given again, it changes what came of it before.
        agency: whose answer it is, by any of its codes.
        procedure: on which it rests, in the version that is in force when it comes in.
        field: what it is about, where that is no procedure.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(min_length=1, max_length=128), Clean]
    agency: AgencyCode
    question: Annotated[str, StringConstraints(min_length=1, max_length=4000), Clean]
    answer: Annotated[str, StringConstraints(min_length=1, max_length=8000), Clean]
    procedure: ProcedureCode | None = None
    field: Annotated[str, StringConstraints(min_length=1, max_length=200), Clean] | None = None

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if self.procedure is not None and self.field is not None:
            raise PydanticCustomError("procedure-or-field", "It is about a procedure or a field, not both")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbing:
    """What was taken out of one field of an entry, as it was personal."""

    place: Mapping[str, int]
    field: str
    removed: tuple[RemovedKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did.

    Attributes:
        read: how many entries it read.
        changed: how many of them changed something.
        left: how many are stale or were taken down, and stay so.
    """

    read: int
    changed: int
    left: int
    scrubbed: tuple[Scrubbing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the entries of a file may name.

    Attributes:
        versions: of the procedures in force.
        flaws: of the other ones that are named.
        fields: of the catalogue, by their words: capitals and spaces do not matter.
    """

    agencies: Mapping[str, AgencyRef]
    versions: Mapping[str, int]
    flaws: Mapping[str, Flaw]
    fields: Mapping[tuple[str, ...], str]


async def publish(
    uow: UnitOfWork, placed: Sequence[Placed[FaqEntry]], *, by: str, now: datetime, confirm: bool = False
) -> Outcome:
    """Publish entries, or change those that came in before under the same agency and id.

    What comes as it came before stays as it is, stale or taken down since: a file that is imported every
    night neither makes an answer good of which nobody looked at the procedure, nor brings one back.

    Args:
        uow: committed by the caller.
        placed: with their places in the file.
        by: who imports.
        now: the time.
        confirm: somebody has looked: all of it holds by what is in force, and is to be read.

    Raises:
        FileRefusedError: what an entry names is not known, or one stands in the file twice.
    """
    known = await _known(uow, [one.entry for one in placed])
    _require_usable(placed, known)
    agency_ids = {one.id for one in known.agencies.values()}
    clean = {agency_id: await cleaning.of_entry(uow, agency_id) for agency_id in agency_ids}
    changed, left, scrubbed = 0, 0, list[Scrubbing]()
    for one in placed:
        entry = _published(one.entry, known)
        if not confirm and await is_left(uow, entry):
            left += 1
        else:
            changed += await put(uow, entry, by=by, now=now)
        scrubbed += _scrubbed(one, clean[entry.agency_id])
    return Outcome(read=len(placed), changed=changed, left=left, scrubbed=tuple(scrubbed))


async def _known(uow: UnitOfWork, entries: Sequence[FaqEntry]) -> Known:
    versions: dict[str, int] = {}
    flaws: dict[str, Flaw] = {}
    for code in {one.procedure for one in entries if one.procedure}:
        try:
            versions[code] = await version_in_force(uow, code)
        except Unfounded as error:
            flaws[code] = error.flaw
    return Known(
        agencies=await agencies.resolve(uow, {one.agency for one in entries}),
        versions=versions,
        flaws=flaws,
        fields={tuple(words(field)): field for field in await fields(uow)},
    )


def _require_usable(placed: Sequence[Placed[FaqEntry]], known: Known) -> None:
    faults, first = Faults(), dict[UUID, int]()
    for one in placed:
        entry = one.entry
        if entry.agency not in known.agencies:
            faults.add(one.fault("agency", "unknown-agency", value=entry.agency))
        elif (earlier := first.setdefault(_id(entry, known), one.number)) != one.number:
            faults.add(one.fault("id", "there-twice", number=earlier))
        if entry.procedure and (flaw := known.flaws.get(entry.procedure)):
            faults.add(one.fault("procedure", _FLAWS[flaw], value=entry.procedure))
        if entry.field is not None and tuple(words(entry.field)) not in known.fields:
            faults.add(one.fault("field", "unknown-field", value=entry.field))
    faults.require_none()


def _published(entry: FaqEntry, known: Known) -> Entry:
    code = entry.procedure
    return Entry(
        id=_id(entry, known),
        agency_id=known.agencies[entry.agency].id,
        question=entry.question,
        answer=entry.answer,
        field=known.fields[tuple(words(entry.field))] if entry.field else None,
        rests_on=RestsOn(code=code, version=known.versions[code]) if code else None,
    )


def _id(entry: FaqEntry, known: Known) -> UUID:
    """Return the same for the same agency, by whichever code, and the same id of its source."""
    return uuid5(known.agencies[entry.agency].id, entry.id)


def _scrubbed(one: Placed[FaqEntry], clean: Cleaning) -> Iterable[Scrubbing]:
    """Tell what `put` took out, which says nothing of it: that is for this command alone to report."""
    for field in ("question", "answer"):
        if removed := clean.scrub(getattr(one.entry, field)).removed:
            kinds = tuple(dict.fromkeys(each.kind for each in removed))
            yield Scrubbing(place=one.place, field=field, removed=kinds)
