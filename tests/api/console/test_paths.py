"""Nobody is led away from the officers' page, whatever a link to it says."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.console.paths import HOME, safe, sign_in

ORIGIN = "https://api.example.vn"
AWAY = [
    None,
    "",
    "//evil.example",
    "https://evil.example/console",
    "///evil.example/console",
    "/\\evil.example",
    "\\\\evil.example",
    "/console//evil.example",
    "/console/../v1/me",
    "/console/..",
    "/console/./x",
    "/console/%2e%2e/v1/me",
    "/console/%2E%2E%2Fv1",
    "/console/x%5c..%5c..",
    "/console\\..\\v1",
    "/console/\t/x",
    "/console/%09/x",
    "/console/%0d%0aset-cookie:a=b",
    "/console/x\r\nlocation: //evil.example",
    "/console@evil.example",
    "/consoles",
    "/console.evil.example",
    "javascript:alert(1)",
    "/v1/me",
    "/console/sign-in",
    "/console/sign-in?next=/console/sign-in",
    "/console/sign-in/start",
    "/console/callback?code=x",
    "/console/sign-out",
    "/console/x#//evil.example",
    "/console/" + "x" * 1024,
    "/console/Ủy",
]


@pytest.mark.parametrize("path", AWAY)
def test_what_leads_elsewhere_leads_home(path):
    """So does what signs in or out, which would go round and round."""
    assert safe(path) == HOME
    assert sign_in(path or "") == "/console/sign-in"


@pytest.mark.parametrize(
    "path",
    [
        "/console",
        "/console?lang=en",
        "/console/templates",
        "/console/dossiers/H26.1-261121-0001/messages",
        "/console/questions?tab=stale&q=khai%20sinh&next=//evil.example",
        "/console/dossiers/H26%2F1/messages",
    ],
)
def test_what_is_ours_stays(path):
    """With its query, which leads nowhere."""
    assert safe(path) == path
    assert sign_in(path).startswith("/console/sign-in")


@given(st.text(alphabet="/\\.%25e0ac:@?#console \t\nUd", max_size=30).map(lambda rest: f"/console{rest}"))
@example("/console/%252e%252e/x")
def test_nothing_gets_out(path):
    """As a browser would resolve it, it is below /console on our host."""
    found = urlsplit(urljoin(f"{ORIGIN}/console/sign-in", safe(path)))
    assert f"{found.scheme}://{found.netloc}" == ORIGIN
    plain = unquote(found.path)
    assert plain == "/console" or plain.startswith("/console/")
    assert ".." not in plain.split("/")
    assert "\\" not in plain
