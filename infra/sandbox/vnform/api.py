"""What agencies' systems call: make a form, read its answers."""

import hmac
import json
import re

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import VNFORM
from infra.sandbox.faults import Faults, shortened
from infra.sandbox.scripts import Fault, Refuse, Repeat, Status
from infra.sandbox.vnform.forms import Form
from infra.sandbox.vnform.shelf import PAGE, Shelf

_PLACE = re.compile(r"(?:a([0-9]{1,9}))?")
_LIMIT = re.compile(r"[1-9][0-9]{0,4}")


class Api:
    """Endpoints below /vnform/api; a script of faults may be for `forms` or `answers`."""

    def __init__(self, *, shelf: Shelf, faults: Faults, public_url: str) -> None:
        self._shelf, self._faults, self._public_url = shelf, faults, public_url

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/vnform/api/forms/{code}", self.put_form, methods=["PUT"]),
            Route("/vnform/api/forms/{form_id}/answers", self.list_answers, methods=["GET"]),
            Route("/sandbox/vnform/{form_id}/answers", self.add_answer, methods=["POST"]),
        ]

    async def put_form(self, request: Request) -> Response:
        """Make a form under a code of the caller's, or bring it to another version."""
        fault = await self._faults.meet("vnform", to=("forms",))
        if refusal := _refusal(request, fault):
            return refusal
        try:
            form = Form.model_validate_json(await request.body())
        except ValidationError as error:
            return _error(422, "INVALID_FORM", str(error))
        made, new = self._shelf.put(request.path_params["code"], form)
        await self._faults.linger(fault)
        told = {"formId": made.id, "version": form.version, "url": f"{self._public_url}/vnform/f/{made.id}"}
        return shortened(fault, JSONResponse(told, status_code=201 if new else 200))

    async def list_answers(self, request: Request) -> Response:
        """Answer with answers in the order of their arrival, from a place on."""
        fault = await self._faults.meet("vnform", to=("answers",))
        if refusal := _refusal(request, fault):
            return refusal
        made = self._shelf.find(request.path_params["form_id"])
        if made is None:
            return _error(404, "NO_SUCH_FORM", "There is no such form.")
        place = _PLACE.fullmatch(request.query_params.get("after", ""))
        limit = _LIMIT.fullmatch(request.query_params.get("limit", str(PAGE)))
        if place is None or limit is None:
            return _error(400, "INVALID_PLACE", "after is no place, or limit no number.")
        page = self._shelf.page(
            made, int(place[1] or 0), min(int(limit[0]), PAGE), again=isinstance(fault, Repeat)
        )
        await self._faults.linger(fault)
        return shortened(fault, JSONResponse(page))

    async def add_answer(self, request: Request) -> Response:
        """Take an answer as it is, whether it fits the form or not: for tests."""
        made = self._shelf.find(request.path_params["form_id"])
        if made is None:
            return _error(404, "NO_SUCH_FORM", "There is no such form.")
        made.answers.append(json.loads(await request.body()))
        return Response(status_code=204)


def _refusal(request: Request, fault: Fault | None) -> Response | None:
    expected = f"Bearer {VNFORM.api_key}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        return _error(401, "UNAUTHORIZED", "The key is wrong.")
    if isinstance(fault, Status):
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Response("Scripted by the sandbox.", status_code=fault.code, headers=headers)
    return _error(400, fault.code, "Scripted by the sandbox.") if isinstance(fault, Refuse) else None


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
