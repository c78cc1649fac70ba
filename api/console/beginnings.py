"""How an answer begins: with what was typed, or with words kept for answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from auth.principals import Officer
from storage.answer_templates import repository as templates
from storage.answer_templates.blanks import fill
from storage.answer_templates.repository import Template
from storage.unit_of_work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What stands in an answer, and the templates that an officer may begin it with.

    Attributes:
        chosen: the id of the template it begins with; empty where with none.
    """

    text: str
    offered: Sequence[Template]
    chosen: str

    def choices(self, none: str) -> list[tuple[str, str]]:
        """Return the templates as a page offers them, after the words for none of them."""
        return [("", none), *((str(one.id), one.name) for one in self.offered)]


async def begin(
    reading: Reading,
    officer: Officer,
    agency_id: UUID,
    *,
    typed: str | None,
    template: str,
    known: Mapping[str, str | None],
) -> Beginning:
    """Begin an answer of an agency.

    Args:
        reading: where to look.
        officer: who answers.
        agency_id: for which agency.
        typed: what stands in the answer already.
        template: the id of the template that takes its place, or what is none.
        known: fills the blanks of that template.
    """
    offered = await templates.offered(reading, officer.officer_id, agency_id)
    named = next((one for one in offered if str(one.id) == template), None)
    if named is None:
        return Beginning(text=typed or "", offered=offered, chosen="")
    return Beginning(text=fill(named.text, known), offered=offered, chosen=template)
