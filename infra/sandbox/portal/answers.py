"""An answer in the names of a style, and what a script makes of it."""

import dataclasses
from typing import Any

from starlette.responses import JSONResponse, Response

from infra.sandbox.faults import shortened
from infra.sandbox.portal.codes import DONE, WORDS
from infra.sandbox.portal.rules import Rules
from infra.sandbox.portal.services import Outcome
from infra.sandbox.scripts import Fault, Misreport, Truncate

Envelope = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Names:
    """The names of an answer's fields."""

    code: str
    words: str
    found: str
    total: str


SESSION = Names(code="error_code", words="message", found="result", total="total")
TOKEN = Names(code="MaLoi", words="MoTa", found="DuLieu", total="TongSo")


def done(names: Names, outcome: Outcome, rules: Rules, *, reported: bool) -> Envelope:
    """Word what a service said."""
    told: Envelope = {
        names.code: outcome.code or rules.success,
        names.words: WORDS.get(outcome.code or "", DONE),
    }
    if reported:
        return told | {names.found: [_each(names, one, rules) for one in outcome.found] if rules.each else []}
    if outcome.total is not None:
        told[names.total] = outcome.total
    return told | {names.found: outcome.found}


def refused(names: Names, code: str, words: str = "") -> Envelope:
    """Word a refusal."""
    return {names.code: code, names.words: words or WORDS.get(code, "Scripted by the sandbox.")}


def send(names: Names, told: Envelope, fault: Fault | None, *, status: int = 200) -> Response:
    """Return an answer as the script wants it."""
    if isinstance(fault, Misreport):
        told = _misreported(names, told, fault)
    if isinstance(fault, Truncate) and isinstance(told.get(names.found), list):
        found = told[names.found]
        told = told | {names.found: found[: len(found) // 2]}
    return shortened(fault, JSONResponse(told, status_code=status))


def _each(names: Names, one: dict[str, Any], rules: Rules) -> dict[str, Any]:
    code = one["code"] or rules.success
    return {"MaHoSo": one["MaHoSo"], names.code: code, names.words: one["words"] or DONE}


def _misreported(names: Names, told: Envelope, fault: Misreport) -> Envelope:
    wrong = {names.code: fault.code, names.words: fault.text}
    wrong = {name: value for name, value in wrong.items() if value is not None}
    found = told.get(names.found)
    each = [one | wrong if names.code in one else one for one in found] if isinstance(found, list) else found
    return told | wrong | ({names.found: each} if found is not None else {})
