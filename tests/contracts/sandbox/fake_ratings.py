"""The part of the public API by which a dossier is rated: what it signs, and who is said to have sent what."""

import dataclasses
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.ratings.blind_signing import blind_sign, is_signed
from tests.api.ratings.rating import content, text
from tests.contracts.sandbox.fake_api import ARRANGED, DOSSIER, FakeApi

FOR = [{"code": "on_time", "name": "Đúng hẹn"}, {"code": "courteous", "name": "Lịch sự"}]
CHOICES = [
    {"code": "dissatisfied", "name": "Không hài lòng", "reasons": [{"code": "late", "name": "Trễ hẹn"}]},
    {"code": "satisfied", "name": "Hài lòng", "reasons": FOR},
    {"code": "very_satisfied", "name": "Rất hài lòng", "reasons": FOR},
]
UNTIL = "2026-11-29"


@dataclasses.dataclass
class FakeRatings(FakeApi):
    """An ended dossier that may be rated.

    Attributes:
        common: Name of the key that everybody is told of, where it is another than the one shown.
        taken: Another token was signed.
        garbled: Another number is signed than the one sent.
        status: What a rating is refused with.
        blinded: What was sent to be signed.
        ratings: What was said, with the headers that it came with.
    """

    key: RSAPrivateKey = dataclasses.field(default_factory=lambda: generate_private_key(65537, 2048))
    state: str = "open"
    common: str | None = None
    taken: bool = False
    garbled: bool = False
    status: int | None = None
    blinded: list[str] = dataclasses.field(default_factory=list)
    ratings: list[tuple[dict[str, Any], dict[str, str]]] = dataclasses.field(default_factory=list)

    def forget(self) -> None:
        self.__dict__.update(FakeRatings(url=self.url, key=self.key).__dict__)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/dossiers/{code}/rating", self.invitation),
            Route("/v1/dossiers/{code}/rating-token", self.sign, methods=["POST"]),
            Route("/v1/agencies/{code}/ratings", self.public),
            Route("/v1/ratings", self.rate, methods=["POST"]),
            *super().routes(),
        ]

    async def dossier(self, request: Request) -> Response:
        return self._answer(
            request, DOSSIER | ARRANGED | {"timeline": [], "ended_at": "2026-10-31T18:00:00Z"}
        )

    @property
    def jwk(self) -> dict[str, Any]:
        public = RSAKey.import_key(self.key.public_key())
        return {**public.as_dict(private=False), "kid": public.thumbprint()}

    async def invitation(self, request: Request) -> Response:
        key = self.jwk if self.state != "not_yet" else None
        told = {
            "state": self.state,
            "closes_on": UNTIL,
            "issued": self.taken or bool(self.blinded),
            "key": key,
        }
        return self._answer(request, told | {"choices": CHOICES})

    async def public(self, request: Request) -> Response:
        assert "authorization" not in request.headers
        # Ended at one o'clock of the first of November in Vietnam.
        assert request.query_params["month"] == "2026-11"
        return JSONResponse({"kid": self.common or self.jwk["kid"]})

    async def sign(self, request: Request) -> Response:
        blinded = (await request.json())["blinded"]
        if self.taken:
            return self._answer(request, {"title": "Đã cấp"}, 409)
        self.blinded.append(blinded)
        number = content(blinded)
        number = bytes([0]) + number[1:] if self.garbled else number
        return self._answer(request, {"kid": self.jwk["kid"], "signed": text(blind_sign(self.key, number))})

    async def rate(self, request: Request) -> Response:
        said = await request.json()
        prepared = content(said["prefix"]) + content(said["message"])
        assert is_signed(self.key.public_key(), prepared, content(said["signature"]))
        if self.status:
            return JSONResponse({"title": "Không được"}, self.status)
        self.ratings.append((said, dict(request.headers)))
        return JSONResponse({"editable_until": UNTIL}, 201)
