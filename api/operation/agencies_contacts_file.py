"""How agencies are reached, as an operator gives it in a file: kept whole, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.bodies import AgencyCode
from api.operation.placed import Placed
from storage.agencies import repository as agencies
from storage.contact_points import repository
from storage.contact_points.record import ContactRecord
from storage.procedures.formats.faults import Faults
from storage.unit_of_work import UnitOfWork


class ContactEntry(ContactRecord):
    """How one agency is reached; `agency` is any of its codes."""

    agency: AgencyCode

    @property
    def record(self) -> ContactRecord:
        """Return it without the agency."""
        return ContactRecord.model_validate(
            {field.alias or name: getattr(self, name) for name, field in ContactRecord.model_fields.items()}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did: how many it read, how many of them changed something."""

    read: int
    changed: int

    @property
    def unchanged(self) -> int:
        """How many were there already as they are."""
        return self.read - self.changed


async def keep(uow: UnitOfWork, placed: Sequence[Placed[ContactEntry]], *, author: str) -> Outcome:
    """Keep how agencies are reached, each in place of what was kept of it.

    Raises:
        FileRefusedError: an agency is not known, or stands in the file twice, be it by another code.
    """
    known = await agencies.resolve(uow, {one.entry.agency for one in placed})
    faults, first = Faults(), dict[UUID, Placed[ContactEntry]]()
    for one in placed:
        ref = known.get(one.entry.agency)
        if ref is None:
            faults.add(one.fault("agency", "unknown-agency", value=one.entry.agency))
        elif ref.id in first:
            faults.add(one.fault("agency", "there-twice", number=first[ref.id].number))
        else:
            first[ref.id] = one
    faults.require_none()
    records = [(agency_id, one.entry.record) for agency_id, one in first.items()]
    changed = await repository.put(uow, records, author=author)
    return Outcome(read=len(placed), changed=changed)
