"""Nothing that opens an account, at the provider or here, is logged or rests in the clear."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.free_ports import free_port
from auth import pkce
from infra.sandbox import launch
from storage.engine import Engine
from storage.settings import StorageSettings
from tests.api.test_logs import SECONDS, dump, process
from tests.faults.polling import until

REDIRECT = "https://example.vn/app/callback"
VERIFIER = "a-verifier-of-the-app-that-nobody-else-may-ever-see"


@dataclass(kw_only=True)
class SignIn:
    """Somebody's browser and app, which note whatever secret passes through them."""

    api: httpx.AsyncClient
    provider: httpx.AsyncClient
    printed: Path
    secrets: dict[str, str] = field(default_factory=dict)

    async def ready(self) -> bool:
        """Whether the API can serve."""
        try:
            return (await self.api.get("/health/ready")).status_code == 200
        except httpx.TransportError:
            return False

    def note(self, what: str, value: str) -> str:
        """Keep a secret under a name of its own."""
        self.secrets[f"{what} {len(self.secrets)}"] = value
        return value

    async def back(self, **changes: str) -> dict[str, str]:
        """Go to the provider and come back, with changes; return what the app gets."""
        asked = {
            "response_type": "code",
            "client_id": "tindan-app",
            "redirect_uri": REDIRECT,
            "state": self.note("the app's state", "the-state-of-the-app-0123456789"),
            "code_challenge": pkce.challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        begun = await self.api.get("/oauth/authorize", params=asked)
        self.note("cookie", begun.cookies.get("tindan-sign-in") or self.api.cookies["tindan-sign-in"])
        there = _query(begun.headers["location"])
        for name in ("state", "nonce"):
            self.note(name, there[name])
        form = there | {"account": "demo-000001"}
        chosen = await self.provider.post("/idp/authorize", data=form)
        answer = _query(chosen.headers["location"]) | changes
        self.note("the provider's code", answer["code"])
        returned = await self.api.get("/oauth/callback", params=answer)
        return _query(returned.headers["location"])

    async def token(self, **form: str) -> httpx.Response:
        """Ask for tokens, and note what comes."""
        answer = await self.api.post("/oauth/token", data={"client_id": "tindan-app"} | form)
        for name in ("access_token", "refresh_token"):
            if name in answer.json():
                self.note(name, answer.json()[name])
        return answer


def _query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.fixture
async def sign_in(settings: StorageSettings, engine: Engine, tmp_path: Path) -> AsyncIterator[SignIn]:
    """API and provider as processes, the API telling all that it ever tells."""
    port, printed = free_port(), tmp_path / "printed"
    api = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        sandbox = stack.enter_context(launch.running(f"--api-url={api}"))
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("TINDAN_")
        } | {
            "TINDAN_ENV": "development",
            "TINDAN_LOG_LEVEL": "DEBUG",
            "TINDAN_DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.require_database_url(),
            "TINDAN_PORT": str(port),
            "TINDAN_PUBLIC_URL": api,
            "TINDAN_APP_LINK_BASE": "https://app.tindan.example",
            "TINDAN_APPS": json.dumps({"tindan-app": {"redirect_uris": [REDIRECT]}}),
            "TINDAN_IDP_ISSUER": f"{sandbox.http}/idp",
            "TINDAN_STAFF_ISSUER": f"{sandbox.http}/staff",
        }
        stack.enter_context(process("serve", environment, printed))
        async with (
            httpx.AsyncClient(base_url=api, timeout=SECONDS) as http,
            httpx.AsyncClient(base_url=sandbox.http, timeout=SECONDS) as provider,
        ):
            made = SignIn(api=http, provider=provider, printed=printed)
            await until(made.ready, seconds=SECONDS)
            yield made


async def test_no_secret_is_logged_or_kept(sign_in: SignIn, engine: Engine) -> None:
    """From the first redirect to the sign-out at the provider, and whatever goes wrong on the way."""
    assert (await sign_in.back(code="a-forged-code-0123456789"))["error"] == "access_denied"
    assert (await sign_in.back(iss="https://evil.example"))["error"] == "access_denied"
    fault = {"script": [{"kind": "status", "code": 503}], "match": {"to": "token"}}
    await sign_in.provider.put("/sandbox/faults/idp", json=fault)
    assert (await sign_in.back())["error"] == "temporarily_unavailable"

    code = sign_in.note("code", (await sign_in.back())["code"])
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    tokens = (await sign_in.token(**form, code_verifier=VERIFIER)).json()
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql("UPDATE session SET checked_at = checked_at - interval '2 hours'")
    renewal = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    tokens = (await sign_in.token(**renewal)).json()
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await sign_in.api.get("/v1/me", headers=headers)).status_code == 200
    kept = await dump(engine)

    told = await sign_in.provider.post("/sandbox/idp/logout", json={"sub": "demo-000001"})
    assert told.json() == {"told": 200}
    await sign_in.api.post("/oauth/backchannel-logout", data={"logout_token": "a-forged-logout-token"})
    assert (await sign_in.token(**renewal)).status_code == 400

    printed = sign_in.printed.read_text()
    events = [json.loads(line).get("event") for line in printed.splitlines()]
    expected = {"sign_in_refused", "identity_provider_unavailable", "signed_out_at_provider"}
    assert expected | {"logout_token_refused"} <= set(events)
    secrets = sign_in.secrets | {
        "verifier": VERIFIER,
        "forged code": "a-forged-code-0123456789",
        "forged logout token": "a-forged-logout-token",
        "account": "demo-000001",
        "number": "001190000001",
        "name": "Nguyễn Thị Ví Dụ",
        "client secret": "development-only",
    }
    assert len(sign_in.secrets) > 20
    for what, secret in secrets.items():
        assert secret not in printed, what
    gone = ("the app's state", "nonce")
    for what, secret in secrets.items():
        if not what.startswith(gone):
            assert secret not in kept, what
            assert secret.encode().hex() not in kept, what
