"""Our application over sockets before a certified OpenID provider that nobody here wrote (npm's oidc-provider)."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from api.free_ports import free_port
from auth import pkce
from auth.errors import SignInRefused
from auth.identity import Return, Vouched, Wish
from auth.oidc import OpenIdProvider
from auth.providers import Profile, ProviderSettings, Userinfo
from tests.faults.polling import until

pytestmark = pytest.mark.verify

ROOT = Path(__file__).parents[3]
VERIFY = ROOT / ".tindan" / "verify"
APP, REDIRECT, VERIFIER = "tindan-app", "http://127.0.0.1:9/app/callback", "v" * 43
SECRET = "a secret of forty characters, more or less"
PEOPLE = {
    "an": {"LoaiTaiKhoan": "1", "SoDinhDanh": "001190000001", "HoVaTen": "Nguyễn Thị An", "IAL": "2"},
    "binh": {"LoaiTaiKhoan": "1", "SoDinhDanh": "079085000002", "HoVaTen": "Trần Văn Bình"},
}
SECONDS = 30.0


def new_key(name: str) -> dict[str, object]:
    return dict(RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}).as_dict(private=True))


class Certified:
    """The provider, which can be restarted with other keys at the same address."""

    def __init__(self, api: str) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._told = {
            "port": self.port,
            "client_secret": SECRET,
            "redirect_uri": f"{api}/oauth/callback",
            "logout_uri": f"{api}/oauth/backchannel-logout",
            "people": PEOPLE,
        }

        self._process: subprocess.Popen[str] | None = None

    def start(self, *keys: dict[str, object], **more: object) -> None:
        """Run it with these keys, of which the first signs; what it knew before is forgotten."""
        self.stop()
        # A module is looked for from where the script lies: so it lies beside what npm installed.
        script = shutil.copy(ROOT / "infra" / "verify" / "provider.mjs", VERIFY)
        told = json.dumps(self._told | {"keys": keys} | more)
        self._process = subprocess.Popen(
            ["node", str(script), told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "did not start: run infra/verify/needs"

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.communicate(timeout=SECONDS)
            self._process = None


class Browser:
    """A person's browser at the provider's own pages."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def walk(self, address: str, login: str, *, until_path: str) -> str:
        """Sign in and agree, wherever that is asked; return the address at which the walk leaves."""
        answer = await self.http.get(address)
        for _ in range(12):
            if answer.is_redirect:
                target = answer.headers["location"]
                if urlsplit(target).path == until_path:
                    return target
                answer = await self.http.get(answer.url.join(target))
            else:
                form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
                action = re.search(r'action="([^"]+)"', answer.text)
                assert action, answer.text
                form |= {"login": login, "password": "any"} if form.get("prompt") == "login" else {}
                answer = await self.http.post(answer.url.join(action[1]), data=form)
        raise AssertionError(f"the walk did not end: {answer.url}")

    async def sign_out(self, issuer: str) -> None:
        """Sign out at the provider, on its own page."""
        page = await self.http.get(f"{issuer}/session/end")
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text)) | {"logout": "yes"}
        action = re.search(r'action="([^"]+)"', page.text)
        assert action, page.text
        done = await self.http.post(action[1], data=form)
        assert done.headers["location"].endswith("/session/end/success"), done.text


class House:
    """The API as a process of its own, the provider beside it, and an app."""

    def __init__(self, api: str, provider: Certified, app: httpx.AsyncClient) -> None:
        self.api, self.provider, self.app = api, provider, app

    async def tokens(self, browser: Browser, login: str = "an", **wish: str) -> dict[str, str]:
        """Sign in with an app, by way of the provider's pages."""
        asked = {
            "response_type": "code",
            "client_id": APP,
            "redirect_uri": REDIRECT,
            "state": "s",
            "code_challenge": pkce.challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        } | wish
        begin = str(httpx.URL(f"{self.api}/oauth/authorize", params=asked))
        back = await browser.walk(begin, login, until_path="/app/callback")
        answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        assert "code" in answer, answer
        form = {"grant_type": "authorization_code", "code_verifier": VERIFIER, "redirect_uri": REDIRECT}
        taken = await self.app.post("/oauth/token", data=form | {"client_id": APP, "code": answer["code"]})
        assert taken.status_code == 200, taken.text
        tokens: dict[str, str] = taken.json()
        return tokens

    async def renew(self, tokens: dict[str, str]) -> httpx.Response:
        """Use an app's refresh token."""
        form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
        return await self.app.post("/oauth/token", data=form)

    async def me(self, tokens: dict[str, str]) -> httpx.Response:
        """Ask who is signed in."""
        return await self.app.get("/v1/me", headers={"authorization": f"Bearer {tokens['access_token']}"})


@pytest.fixture(scope="module")
def _installed() -> None:
    if not (VERIFY / "node_modules" / "oidc-provider").is_dir():
        pytest.fail("oidc-provider is missing: run infra/verify/needs")


@contextmanager
def served(environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the API."""
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
async def house(_installed, settings, engine, tmp_path):
    """The house, ready."""
    port = free_port()
    api = f"http://127.0.0.1:{port}"
    provider = Certified(api)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TINDAN_")} | {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_PORT": str(port),
        "TINDAN_PUBLIC_URL": api,
        "TINDAN_APP_LINK_BASE": "https://app.tindan.example",
        "TINDAN_APPS": json.dumps({APP: {"redirect_uris": [REDIRECT]}}),
        "TINDAN_IDP_ISSUER": provider.issuer,
        "TINDAN_IDP_CLIENT_SECRET": SECRET,
    }
    with ExitStack() as stack:
        stack.callback(provider.stop)
        provider.start(new_key("first"))
        process = stack.enter_context(served(environment, tmp_path / "api.log"))
        async with httpx.AsyncClient(base_url=api, timeout=SECONDS) as app:

            async def ready() -> bool:
                assert process.poll() is None, (tmp_path / "api.log").read_text()
                try:
                    return (await app.get("/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(ready, seconds=SECONDS)
            yield House(api, provider, app)


@pytest.fixture
async def browser():
    """A browser without cookies."""
    async with httpx.AsyncClient(timeout=SECONDS) as http:
        yield Browser(http)


another_browser = browser


async def make_checks_due(engine) -> None:
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql("UPDATE session SET checked_at = checked_at - interval '2 hours'")


async def test_sign_in(house, browser):
    """Somebody signs in from the app to the provider's pages and back, and is who they are."""
    tokens = await house.tokens(browser)
    answer = await house.me(tokens)
    assert answer.status_code == 200, answer.text
    assert answer.json()["name"] == "Nguyễn Thị An"
    again = await house.tokens(browser, prompt="login", max_age="60")
    assert (await house.me(again)).status_code == 200


async def test_standing(house, browser, engine):
    """The provider's refresh token is used and kept anew, time and again, until it refuses."""
    tokens = await house.tokens(browser)
    for _ in range(3):
        await make_checks_due(engine)
        answer = await house.renew(tokens)
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        async with engine.pool.begin() as connection:
            query = "SELECT checked_at > now() - interval '1 minute' FROM session"
            assert (await connection.exec_driver_sql(query)).scalars().all() == [True]
    house.provider.start(new_key("first"))
    await make_checks_due(engine)
    refused = await house.renew(tokens)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_back_channel_logout(house, browser, another_browser):
    """Who signs out at the provider is signed out of the app; another person is not."""
    mine, other = await house.tokens(browser), await house.tokens(another_browser, "binh")
    await browser.sign_out(house.provider.issuer)

    async def ended() -> bool:
        return (await house.me(mine)).status_code == 401

    await until(ended, seconds=SECONDS)
    assert (await house.renew(mine)).json()["error"] == "invalid_grant"
    assert (await house.me(other)).status_code == 200


class Party:
    """Our side alone, at the time of a clock of its own."""

    def __init__(self, provider: Certified) -> None:
        self.seconds = 0.0
        settings = ProviderSettings(
            name="citizens",
            profile=Profile.STRICT,
            issuer=provider.issuer,
            client_id="tindan",
            client_secret=SECRET,
            callback_url="http://127.0.0.1:9/oauth/callback",
            userinfo=Userinfo(ask=True),
        )
        self.client = OpenIdProvider(settings, ticks=lambda: self.seconds)

    async def sign_in(self, browser: Browser, wish: Wish | None = None) -> Vouched:
        """Go to the provider's pages and back."""
        departure = await self.client.begin("a state", wish or Wish())
        back = await browser.walk(departure.url, "an", until_path="/oauth/callback")
        answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        assert answer["state"] == "a state"
        returned = Return(
            code=answer["code"],
            issuer=answer["iss"],
            nonce=departure.nonce,
            verifier=departure.verifier,
            time_matters=wish is not None,
        )
        return await self.client.complete(returned)


@pytest.fixture
async def party(_installed):
    """A relying party and its provider."""
    provider = Certified("http://127.0.0.1:9")
    made = Party(provider)
    try:
        async with made.client:
            yield made, provider
    finally:
        provider.stop()


async def test_new_keys(party, browser):
    """After the provider has changed its keys people sign in on, under the new ones alone."""
    relying, provider = party
    old, new = new_key("old"), new_key("new")
    provider.start(old)
    assert (await relying.sign_in(browser)).subject == "an"
    provider.start(new, old)
    relying.seconds += 31
    assert (await relying.sign_in(browser)).subject == "an"
    provider.start(new)
    relying.seconds += 601
    assert (await relying.sign_in(browser)).subject == "an"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
async def test_algorithms(party, browser, algorithm):
    """Each algorithm that we take is one that others sign with."""
    relying, provider = party
    curve, named = algorithm == "ES256", {"kid": "a", "use": "sig", "alg": algorithm}
    key = ECKey.generate_key("P-256", named) if curve else RSAKey.generate_key(2048, named)
    provider.start(dict(key.as_dict(private=True)), algorithm=algorithm)
    assert (await relying.sign_in(browser)).claims["SoDinhDanh"] == "001190000001"


async def test_claims_at_the_userinfo_endpoint(party, browser):
    """What a provider tells at its userinfo endpoint alone, as the standard has it by default, is read there."""
    relying, provider = party
    provider.start(new_key("a"), claims_at_userinfo=True)
    vouched = await relying.sign_in(browser, Wish(max_age=60, prompt="login"))
    assert vouched.claims["HoVaTen"] == "Nguyễn Thị An"
    assert vouched.sid
    assert vouched.refresh_token
    assert await relying.client.renew(vouched.refresh_token) != vouched.refresh_token
    with pytest.raises(SignInRefused, match="refresh_token"):
        await relying.client.renew(vouched.refresh_token)
