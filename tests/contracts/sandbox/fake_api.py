"""The part of the public API that the app uses: one dossier, one unread notice, and who asked for what."""

import base64
import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.contracts.sandbox import loopback

CODE = "000.00.00.H26-261121-0001"
DOSSIER = {
    "code": CODE,
    "procedure": {"code": "1.001193", "name": "Đăng ký khai sinh"},
    "agency": {"code": "H26.1", "name": "UBND phường Hồng Hà"},
    "status": {"code": 5, "name": "Yêu cầu bổ sung giấy tờ"},
    "updated_at": "2026-11-21T03:00:00Z",
    "heard_at": "2026-11-21T03:00:00Z",
    "ended_at": None,
    "due": {
        "at": "2026-11-25T10:00:00Z",
        "working_days_left": 2,
        "overdue": False,
        "overdue_by": 0,
        "paused": False,
    },
}
TIMELINE = [
    {
        "status": {"code": 5, "name": "Yêu cầu bổ sung giấy tờ"},
        "occurred_at": "2026-11-21T03:00:00Z",
        "step": "Thẩm định",
        "note": "Bổ sung giấy chứng sinh <bản chính>",
        "contradiction": False,
    },
    {
        "status": {"code": 2, "name": "Được tiếp nhận"},
        "occurred_at": "2026-11-20T02:00:00Z",
        "step": None,
        "note": None,
        "contradiction": True,
    },
]
ARRANGED = {
    "parent": {"code": None, "procedure": None, "status": None},
    "children": [
        {
            "code": "000.00.00.H26-261121-0002",
            "procedure": {"code": "2.000635", "name": "Cấp bản sao trích lục hộ tịch"},
            "status": {"code": 2, "name": "Được tiếp nhận"},
        }
    ],
    "appointments": [
        {
            "source_id": "LH-1",
            "state": {"code": "confirmed", "name": "Đã xác nhận"},
            "state_at": "2026-11-21T03:00:00Z",
            "starts_at": "2026-11-25T02:30:00Z",
            "ends_at": "2026-11-25T03:00:00Z",
            "place": "Quầy <3>",
            "purpose": "Đối chiếu bản chính",
            "note": None,
        }
    ],
    "payments": [
        {
            "source_id": "TT-1",
            "state": {"code": "requested", "name": "Chờ thanh toán"},
            "state_at": "2026-11-21T03:00:00Z",
            "amount": 1_150_000,
            "reason": "Lệ phí",
            "link": "https://thanhtoan.example.vn/TT-1",
            "due_at": "2026-11-28T10:00:00Z",
            "receipt_no": None,
        },
        {
            "source_id": "TT-2",
            "state": {"code": "paid", "name": "Đã thanh toán"},
            "state_at": "2026-11-21T03:00:00Z",
            "amount": 8000,
            "reason": "Phí bản sao",
            "link": None,
            "due_at": None,
            "receipt_no": "BL-7",
        },
    ],
    "postal_items": [
        {
            "source_id": "BC-1",
            "state": {"code": "in_transit", "name": "Đang vận chuyển"},
            "state_at": "2026-11-21T03:00:00Z",
            "direction": "return",
            "carrier": "VNPost",
            "tracking_no": "EI123456789VN",
        }
    ],
}
NOTICE = {
    "id": "n-1",
    "title": "Cần bổ sung giấy tờ",
    "body": "Hồ sơ đăng ký khai sinh cần bổ sung trước ngày 25/11/2026.",
    "created_at": "2026-11-21T03:00:01Z",
    "read_at": None,
    "dossier_code": CODE,
    "link": f"https://example.vn/d/{CODE}",
}


@dataclasses.dataclass
class FakeApi:
    """What the fake was told; tests change `lifetime` and `known` to make sessions end."""

    url: str = ""
    lifetime: int = 600
    number: str = "001********1"
    challenge: str = ""
    known: set[str] = dataclasses.field(default_factory=set)
    devices: dict[str, object] = dataclasses.field(default_factory=dict)
    topics: list[str] = dataclasses.field(default_factory=lambda: ["broadcast-all-vi"])
    received: list[str] = dataclasses.field(default_factory=list)
    read: list[str] = dataclasses.field(default_factory=list)
    revoked: list[object] = dataclasses.field(default_factory=list)
    languages: list[str] = dataclasses.field(default_factory=list)
    refreshed: int = 0

    def forget(self) -> None:
        """Be as new, at the same address."""
        self.__dict__.update(FakeApi(url=self.url).__dict__)

    def routes(self) -> list[Route]:
        return [
            Route("/oauth/authorize", self.authorize),
            Route("/oauth/token", self.token, methods=["POST"]),
            Route("/oauth/revoke", self.revoke, methods=["POST"]),
            Route("/v1/me", self.me),
            Route("/v1/dossiers", self.dossiers),
            Route("/v1/dossiers/{code}", self.dossier),
            Route("/v1/notifications", self.notifications),
            Route("/v1/notifications/{done}", self.note, methods=["POST"]),
            Route("/v1/devices/{installation:uuid}", self.device, methods=["PUT"]),
            Route("/v1/devices/{installation:uuid}", self.forget_device, methods=["DELETE"]),
        ]

    async def authorize(self, request: Request) -> Response:
        query = request.query_params
        assert (query["client_id"], query["code_challenge_method"]) == ("tindan-app", "S256")
        self.challenge = query["code_challenge"]
        return RedirectResponse(f"{query['redirect_uri']}?code=good&state={query['state']}")

    async def token(self, request: Request) -> Response:
        form = await request.form()
        if form["grant_type"] == "refresh_token":
            self.refreshed += 1
            good = form["refresh_token"] in self.known
        else:
            digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            good = form["code"] == "good" and proof == self.challenge
        if not good:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access, refresh = f"access-{len(self.known)}", f"refresh-{len(self.known)}"
        self.known |= {access, refresh}
        return JSONResponse({"access_token": access, "refresh_token": refresh, "expires_in": self.lifetime})

    async def me(self, request: Request) -> Response:
        return self._answer(request, {"kind": "person", "number": self.number, "name": "Nguyễn Thị Ví Dụ"})

    async def dossiers(self, request: Request) -> Response:
        return self._answer(request, {"items": [DOSSIER], "next_cursor": None})

    async def dossier(self, request: Request) -> Response:
        if request.path_params["code"] != CODE:
            return self._answer(request, {"title": "Không tìm thấy"}, 404)
        return self._answer(request, DOSSIER | ARRANGED | {"timeline": TIMELINE})

    async def notifications(self, request: Request) -> Response:
        read_at = "2026-11-21T04:00:00Z" if "n-1" in self.read else None
        items = [NOTICE | {"read_at": read_at}]
        return self._answer(
            request, {"items": items, "unread_count": int(read_at is None), "next_cursor": None}
        )

    async def note(self, request: Request) -> Response:
        ids = (await request.json())["ids"]
        (self.read if request.path_params["done"] == "read" else self.received).extend(ids)
        return self._answer(request, {})

    async def device(self, request: Request) -> Response:
        self.devices[str(request.path_params["installation"])] = await request.json()
        return self._answer(request, {"topics": self.topics})

    async def forget_device(self, request: Request) -> Response:
        answer = self._answer(request, None, 204)
        if answer.status_code == 204:
            del self.devices[str(request.path_params["installation"])]
        return answer

    async def revoke(self, request: Request) -> Response:
        form = await request.form()
        assert form["client_id"] == "tindan-app"
        self.known.clear()
        self.revoked.append(form["token"])
        return Response()

    def _answer(self, request: Request, body: object, status: int = 200) -> Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.known:
            return JSONResponse({"title": "Chưa đăng nhập"}, 401)
        self.languages.append(request.headers["accept-language"])
        return Response(status_code=status) if body is None else JSONResponse(body, status)


@contextlib.asynccontextmanager
async def serving(api: FakeApi) -> AsyncIterator[FakeApi]:
    """Serve the fake on a free port of this loop."""
    async with loopback.serving(*api.routes()) as api.url:
        yield api
