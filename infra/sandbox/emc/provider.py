"""What reporting systems call, and what shows what they reported."""

import hmac

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import EMC
from infra.sandbox.emc import ledger
from infra.sandbox.emc.forms import Report
from infra.sandbox.emc.ledger import Entry, Ledger
from infra.sandbox.faults import Faults, shortened
from infra.sandbox.scripts import Fault, Refuse, Status

_STATUSES = {ledger.TAKEN_IN: 201, ledger.KNOWN: 200, ledger.WRONG_UNIT: 403, ledger.OTHER_CONTENT: 409}
_REFUSED = 422


class Emc:
    """Endpoints below /emc; a script of faults may be for `report` or `find`."""

    def __init__(self, *, faults: Faults) -> None:
        self._faults, self._ledger = faults, Ledger()

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/emc/bao-cao", self.report, methods=["POST"]),
            Route("/emc/bao-cao/{key}", self.find, methods=["GET"]),
            Route("/sandbox/emc", self.show, methods=["GET"]),
            Route("/sandbox/emc", self.clear, methods=["DELETE"]),
        ]

    async def report(self, request: Request) -> Response:
        """Take a report in."""
        fault = await self._faults.meet("emc", to=("report",))
        if refusal := _refusal(request, fault):
            return refusal
        try:
            report = Report.model_validate_json(await request.body())
        except ValidationError as error:
            return _said(
                ledger.WRONG_DATA,
                detail=error.errors(include_url=False, include_context=False, include_input=False),
            )
        code, entry = self._ledger.take(report)
        await self._faults.linger(fault)
        return shortened(fault, _said(code, entry, detail=list(report.small())))

    async def find(self, request: Request) -> Response:
        """Answer whether a report was taken in, by the key of whoever sent it."""
        fault = await self._faults.meet("emc", to=("find",))
        if refusal := _refusal(request, fault):
            return refusal
        entry = self._ledger.find(request.path_params["key"])
        if entry is None:
            return JSONResponse({"MaKetQua": "10", "ThongBao": "Không có giao dịch này"}, status_code=404)
        await self._faults.linger(fault)
        return shortened(fault, _said(ledger.KNOWN, entry))

    async def show(self, _request: Request) -> Response:
        """Show what was reported, the oldest first."""
        items = [
            {"number": one.number, "at": one.at.isoformat(), "report": one.report.model_dump()}
            for one in self._ledger
        ]
        return JSONResponse({"items": items})

    async def clear(self, _request: Request) -> Response:
        """Forget what was reported."""
        self._ledger.clear()
        return Response(status_code=204)


def _refusal(request: Request, fault: Fault | None) -> Response | None:
    expected = f"Bearer {EMC.key}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        return JSONResponse({"MaKetQua": "99", "ThongBao": "Khoá truy cập không đúng"}, status_code=401)
    if isinstance(fault, Status):
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Response("Scripted by the sandbox.", status_code=fault.code, headers=headers)
    return _said(fault.code) if isinstance(fault, Refuse) else None


def _said(code: str, entry: Entry | None = None, *, detail: list[object] | None = None) -> Response:
    told: dict[str, object] = {
        "MaKetQua": code,
        "ThongBao": ledger.WORDS.get(code, "Scripted by the sandbox."),
    }
    if entry is not None:
        told["SoTiepNhan"] = entry.number
    if detail:
        told["ChiTiet"] = detail
    return JSONResponse(told, status_code=_STATUSES.get(code, _REFUSED))
