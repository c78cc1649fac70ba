"""Answers that came from a platform become such as may be kept. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from api.connectors.surveys.port import PlatformAnswer
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.dossiers.working_days import VIETNAM
from storage.procedures.codes import split_procedure_code
from storage.surveys.external import ExternalAnswer

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def settled(answers: Sequence[PlatformAnswer], *, closes_at: datetime | None) -> list[ExternalAnswer]:
    """Return those that came in time, as they are kept: of the context what can be what it is called."""
    return [
        ExternalAnswer(
            external_id=answer.id,
            version=answer.version,
            given=answer.values,
            answered_on=answer.submitted_at.astimezone(VIETNAM).date(),
            context=dict(_context(answer.context)),
        )
        for answer in answers
        if closes_at is None or answer.submitted_at <= closes_at
    ]


def _context(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    with suppress(KeyError, InvalidCode):
        yield "agency_code", normalise_agency_code(told["agency_code"])
    with suppress(KeyError, InvalidCode):
        yield "procedure_code", split_procedure_code(told["procedure_code"]).short
    if _MONTH.fullmatch(told.get("month", "")):
        yield "month", told["month"]
