"""The procedure that stands beside a form, for what is written there to rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.console.forms import FormError, form_errors
from api.problems import FieldError, Problem
from api.questions import drafts
from storage.procedures import repository as procedures
from storage.procedures.repository import Kept
from storage.unit_of_work import Reading

FIELD = "procedure_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands in the field of the procedure, and beside it.

    Attributes:
        code: the short code that was typed; what was typed, where that is none.
        procedure: what it is of, if that is in force.
        faults: why nothing stands there, though something was typed.
    """

    code: str
    procedure: Kept | None = None
    faults: Sequence[FieldError] = ()

    def told(self, errors: Sequence[FormError], locale: str) -> Sequence[FormError]:
        """Return the errors of a form, with why nothing stands beside it in place of others of that field."""
        if not self.faults:
            return errors
        return [*form_errors(self.faults, locale), *(one for one in errors if one.id != FIELD)]


async def look_up(reading: Reading, typed: str) -> Beside:
    """Return what was typed as a code of a procedure, and what it is of."""
    if not typed.strip():
        return Beside(code="")
    try:
        code = drafts.short_code(typed)
    except Problem as problem:
        return Beside(code=typed, faults=problem.errors)
    kept = await procedures.get(reading, code)
    if kept is None:
        return Beside(code=code, faults=drafts.invalid(FIELD, "unknown-procedure", value=code).errors)
    if kept.removed_in is not None:
        return Beside(code=code, faults=drafts.invalid(FIELD, "procedure-removed", value=code).errors)
    return Beside(code=code, procedure=kept)
