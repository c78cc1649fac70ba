"""The newer interface: a bearer token, and an address for each service."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import PORTAL
from infra.sandbox.faults import Faults
from infra.sandbox.portal import answers, wording
from infra.sandbox.portal.answers import TOKEN
from infra.sandbox.portal.codes import EXPIRED, INVALID, NO_SERVICE, WRONG_ACCOUNT, PortalRefusal
from infra.sandbox.portal.lists import LISTS
from infra.sandbox.portal.scripted import met, status_of
from infra.sandbox.portal.services import OPINIONS, Outcome, Services
from infra.sandbox.portal.sessions import Sessions
from infra.sandbox.portal.store import Store
from infra.sandbox.scripts import Fault, Refuse, Repeat

_REPORTS = frozenset({"NoiHoSo", "CapNhatTrangThai", "CapNhatTienTrinh", *OPINIONS})
_WINDOW = ("tungay", "denngay")


class TokenStyle:
    """Endpoints below /portal/token; a script may be for `token`, `DangNhap`, or a service."""

    def __init__(self, *, store: Store, services: Services, faults: Faults) -> None:
        self._store, self._services, self._faults = store, services, faults
        self.tokens = Sessions()

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/portal/token/oauth/token", self.sign_in, methods=["POST"]),
            Route("/portal/token/{service}", self.serve, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Give a token (RFC 6749, 4.4)."""
        fault = await met(self._faults, "DangNhap", "token", self.tokens)
        if (status := status_of(fault)) is not None:
            return status
        form = await request.form()
        given = (str(form.get("client_id")), str(form.get("client_secret")))
        expected = (PORTAL.username, PORTAL.password)
        good = all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, expected, strict=True))
        if isinstance(fault, Refuse) or not good or form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        seconds = self._store.rules.session_seconds
        token = self.tokens.open(seconds)
        await self._faults.linger(fault)
        told = {"access_token": token, "token_type": "Bearer", "expires_in": max(1, int(seconds))}
        return answers.send(TOKEN, told, fault)

    async def serve(self, request: Request) -> Response:
        """Answer a call of a service."""
        service = request.path_params["service"]
        fault = await met(self._faults, service, "token", self.tokens)
        if (status := status_of(fault)) is not None:
            return status
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if isinstance(fault, Refuse):
            return answers.send(TOKEN, answers.refused(TOKEN, fault.code), None)
        if scheme != "Bearer" or not self.tokens.good(token):
            return answers.send(TOKEN, answers.refused(TOKEN, EXPIRED), fault, status=401)
        answer = self._answer(service, await request.body(), fault)
        await self._faults.linger(fault)
        return answers.send(TOKEN, answer, fault)

    def _answer(self, service: str, body: bytes, fault: Fault | None) -> answers.Envelope:
        try:
            told = json.loads(body)
            if not isinstance(told, dict) or told.get("MaDonVi") != PORTAL.unit:
                return answers.refused(TOKEN, WRONG_ACCOUNT)
            outcome = self._serve(service, told.get("DuLieu"), repeat=isinstance(fault, Repeat))
        except PortalRefusal as refusal:
            return answers.refused(TOKEN, refusal.code, str(refusal))
        except ValueError:
            return answers.refused(TOKEN, INVALID)
        reported = service in _REPORTS
        found = outcome.found if reported else wording.to_iso(outcome.found)
        return answers.done(TOKEN, outcome._replace(found=found), self._store.rules, reported=reported)

    def _serve(self, service: str, data: Any, *, repeat: bool) -> Outcome:
        if service in _REPORTS:
            return self._report(service, wording.from_iso(data))
        if not isinstance(data, dict):
            raise PortalRefusal(INVALID, "DuLieu")
        asked = data | {name: wording.digits(str(data[name])) for name in _WINDOW if name in data}
        if service in LISTS:
            return self._services.share(service, asked, repeat=repeat)
        services: dict[str, Callable[[], Outcome]] = {
            "TraCuuHoSo": lambda: self._services.find(asked, repeat=repeat),
            "LayDanhSachTTHC": lambda: self._services.list_procedures(asked, repeat=repeat),
            "LayThuTuc": lambda: self._services.procedure(asked),
        }
        if service not in services:
            raise PortalRefusal(NO_SERVICE, service)
        return services[service]()

    def _report(self, service: str, data: Any) -> Outcome:
        if service == "CapNhatTienTrinh":
            return self._services.report_steps(data)
        if service in OPINIONS:
            return self._services.report_opinion(service, data)
        return self._services.report(data, updating=service == "CapNhatTrangThai")
