"""A small OpenID provider on a real socket that says whatever a test tells it to."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jws
from joserfc.jwk import Key, KeySet, RSAKey

from auth.id_tokens import half_hash

ACCESS_TOKEN = "an access token"
PERSON = {
    "LoaiTaiKhoan": "1",
    "SoDinhDanh": "001190000001",
    "HoVaTen": "Nguyễn Thị Ví Dụ",
    "IAL": "2",
}
FIRST_KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


class Provider:
    """Honest until its attributes are changed.

    `claims`, `header`, `metadata`, `tokens` and `told` (at the userinfo endpoint) are laid over what an
    honest provider says; None takes one away. `answers` holds a status and a document for a path, in place
    of the honest one, `headers` go with all. `pause` delays. `cookies` came with requests. `forms` are those that came to the token endpoint.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key: Key = FIRST_KEY
        self.signing_key: Key = FIRST_KEY
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.cookies: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.answers: dict[str, tuple[int, Any]] = {}
        self.seen: Counter[str] = Counter()
        self.form: dict[str, str] = {}
        self.authorization = ""
        self.pause: asyncio.Event | None = None
        self.nonce = ""

    async def answer(self, path: str) -> tuple[int, Any]:
        self.seen[path] += 1
        if self.pause is not None:
            await self.pause.wait()
        documents = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": lambda: KeySet([self.key]).as_dict(private=False),
            "/token": self._tokens,
            "/userinfo": lambda: _laid_over(PERSON | {"sub": "somebody"}, self.told),
        }
        return self.answers.get(path) or (200, documents[path]())

    def _metadata(self) -> dict[str, Any]:
        honest = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return _laid_over(honest, self.metadata)

    def _tokens(self) -> dict[str, Any]:
        honest = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": self.id_token()}
        return _laid_over(honest, self.tokens)

    def id_token(self) -> str:
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": "tindan",
            "sub": "somebody",
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 5,
            "nonce": self.nonce,
            "at_hash": half_hash(ACCESS_TOKEN),
        }
        return self.sign(_laid_over(honest | PERSON, self.claims))

    def logout_token(self, **changes: Any) -> str:
        honest = {
            "iss": self.issuer,
            "aud": "tindan",
            "sub": "somebody",
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
            "jti": uuid4().hex,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        return self.sign(_laid_over(honest, changes), typ="logout+jwt")

    def sign(self, claims: dict[str, Any] | bytes, **header: Any) -> str:
        header = _laid_over({"alg": "RS256", "kid": self.signing_key.kid} | header, self.header)
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        if header["alg"] == "none":
            return f"{_segment(json.dumps(header).encode())}.{_segment(payload)}."
        return jws.serialize_compact(header, payload, self.signing_key, algorithms=[header["alg"]])


def _segment(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _laid_over(honest: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (honest | changes).items() if value is not None}


@asynccontextmanager
async def listening() -> AsyncIterator[Provider]:
    """Run a provider on a free port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
            headers = {name.lower(): value for name, value in headers.items()}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            provider.cookies += [headers["cookie"]] if "cookie" in headers else []
            if body or "authorization" in headers:
                provider.authorization = headers.get("authorization", "")
            if body:
                provider.form = form = {name: values[0] for name, values in parse_qs(body).items()}
                provider.forms.append(form)
            status, document = await provider.answer(urlsplit(head.split(" ")[1]).path)
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            start = f"HTTP/1.1 {status} Fine\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
            start += "".join(f"{name}: {value}\r\n" for name, value in provider.headers.items())
            writer.write(f"{start}Content-Type: application/json\r\n\r\n".encode() + content)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller gave up, as one test wants it to
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    provider = Provider(f"http://{host}:{port}")
    try:
        yield provider
    finally:
        if provider.pause is not None:
            provider.pause.set()
        server.close()
        await server.wait_closed()
