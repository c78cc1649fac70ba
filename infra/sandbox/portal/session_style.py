"""The session interface: a call that opens a session, then one address for all services."""

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import PORTAL
from infra.sandbox.faults import Faults
from infra.sandbox.portal import answers
from infra.sandbox.portal.answers import SESSION
from infra.sandbox.portal.codes import EXPIRED, INVALID, NO_SERVICE, WRONG_ACCOUNT, PortalRefusal
from infra.sandbox.portal.lists import LISTS
from infra.sandbox.portal.scripted import met, status_of
from infra.sandbox.portal.services import OPINIONS, Outcome, Services
from infra.sandbox.portal.sessions import Sessions
from infra.sandbox.portal.store import Store
from infra.sandbox.scripts import Fault, Refuse, Repeat

_REPORTS = frozenset({"DongBoHoSoMC", "CapNhatTienDoHoSoMC", *OPINIONS})
_UPDATING = {"true": True, "false": False}


class SessionStyle:
    """Endpoints below /portal/session; a script may be for `session`, `DangNhap`, or a service."""

    def __init__(self, *, store: Store, services: Services, faults: Faults) -> None:
        self._store, self._services, self._faults = store, services, faults
        self.sessions = Sessions()

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/portal/session/login", self.sign_in, methods=["POST"]),
            Route("/portal/session/service", self.serve, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Open a session."""
        fault = await met(self._faults, "DangNhap", "session", self.sessions)
        if (status := status_of(fault)) is not None:
            return status
        if isinstance(fault, Refuse):
            return answers.send(SESSION, answers.refused(SESSION, fault.code), None)
        told = await _body(request)
        if not _known(told):
            return JSONResponse(answers.refused(SESSION, WRONG_ACCOUNT))
        name = self.sessions.open(self._store.rules.session_seconds)
        await self._faults.linger(fault)
        told = answers.done(SESSION, Outcome([]), self._store.rules, reported=False)
        return answers.send(SESSION, told | {"session": name}, fault)

    async def serve(self, request: Request) -> Response:
        """Answer a call of any service."""
        told = await _body(request)
        service = str(told.get("service"))
        fault = await met(self._faults, service, "session", self.sessions)
        if (status := status_of(fault)) is not None:
            return status
        answer = self._answer(service, told, fault)
        await self._faults.linger(fault)
        return answers.send(SESSION, answer, fault)

    def _answer(self, service: str, told: Mapping[str, Any], fault: Fault | None) -> answers.Envelope:
        if isinstance(fault, Refuse):
            return answers.refused(SESSION, fault.code)
        if not self.sessions.good(told.get("session")):
            return answers.refused(SESSION, EXPIRED)
        if told.get("madonvi") != PORTAL.unit:
            return answers.refused(SESSION, WRONG_ACCOUNT)
        try:
            outcome = self._serve(service, told, repeat=isinstance(fault, Repeat))
        except PortalRefusal as refusal:
            return answers.refused(SESSION, refusal.code, str(refusal))
        return answers.done(SESSION, outcome, self._store.rules, reported=service in _REPORTS)

    def _serve(self, service: str, told: Mapping[str, Any], *, repeat: bool) -> Outcome:
        data = told.get("data")
        if service in _REPORTS:
            return self._report(service, told)
        if not isinstance(data, dict):
            raise PortalRefusal(INVALID, "data")
        if service in LISTS:
            return self._services.share(service, data, repeat=repeat)
        services: dict[str, Callable[[], Outcome]] = {
            "TraCuuHoSo": lambda: self._services.find(data, repeat=repeat),
            "LayDanhSachTTHC": lambda: self._services.list_procedures(data, repeat=repeat),
            "LayThuTuc": lambda: self._services.procedure(data),
        }
        if service not in services:
            raise PortalRefusal(NO_SERVICE, service)
        return services[service]()

    def _report(self, service: str, told: Mapping[str, Any]) -> Outcome:
        data = told.get("data")
        if service == "CapNhatTienDoHoSoMC":
            return self._services.report_steps(data)
        if service in OPINIONS:
            return self._services.report_opinion(service, data)
        updating = _UPDATING.get(str(told.get("isUpdating")).lower())
        if updating is None:
            raise PortalRefusal(INVALID, "isUpdating")
        return self._services.report(data, updating=updating)


def _known(told: Mapping[str, Any]) -> bool:
    expected = (PORTAL.username, PORTAL.password)
    given = (str(told.get("username")), str(told.get("password")))
    return all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(expected, given, strict=True))


async def _body(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(await request.body())
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
