"""What all officers' pages have in common: where forms come from, headers, language, problems, and roles."""

from uuid import UUID

import pytest
from fastapi import Request

from api.console import cookies
from auth.tokens import Tokens
from storage.ids import new_id
from storage.officers.roles import Role

ISSUER = "http://127.0.0.1:8080"
NEW = "/console/templates/new"


@pytest.fixture
async def chief(desk, invite):
    """Somebody in charge of the town, signed in."""
    await invite("staff-000002", Role.SUPERVISOR)
    await desk.sign_in("staff-000002")
    return desk


def form() -> dict[str, str]:
    return {"form_id": str(new_id()), "agency": "H26.1", "name": "Mẫu", "text": "Xin chào."}


async def kept(services) -> int:
    async with services.reading() as reading:
        query = "SELECT count(*) FROM answer_template"
        return (await (await (await reading.driver()).execute(query)).fetchone())[0]


@pytest.mark.parametrize(
    "sender",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": ISSUER},
    ],
)
async def test_forms_of_our_own(chief, services, sender):
    """What was sent from a page here, or loaded again by hand, is taken."""
    assert (await chief.client.post(NEW, data=form(), headers=sender)).status_code == 303
    assert await kept(services) == 1


@pytest.mark.parametrize(
    "sender",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-site", "origin": ISSUER},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "Same-Origin "},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example"},
        {"origin": f"{ISSUER}.evil.example"},
        {"origin": "http://127.0.0.1"},
        {"origin": f"{ISSUER}/"},
        {"referer": f"{ISSUER}/console"},
    ],
)
@pytest.mark.parametrize("path", [NEW, "/console/sign-out"])
async def test_forms_of_others(chief, services, sender, path):
    """What another page sent, or nobody knows who, does nothing: not even sign out."""
    refused = await chief.client.post(path, data=form(), headers=sender)
    assert refused.status_code == 403
    assert "Biểu mẫu không gửi từ trang này" in refused.text
    assert await kept(services) == 0
    assert (await chief.get("/console")).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/console", "/console/sign-in", "/console/callback", "/console/nowhere", "/console/try/broken", NEW],
)
async def test_headers_of_every_page(chief, path):
    """Nothing is loaded, framed, kept or found, forms lead here alone, and addresses are told nobody."""
    headers = (await chief.get(path)).headers
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} < set(
        policy
    )
    assert not [one for one in policy if "unsafe" in one or one.startswith("script")]
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/console/nowhere", 404, "Không tìm thấy trang"),
        ("GET", f"/console/templates/{UUID(int=1)}", 404, "Không tìm thấy trang"),
        ("GET", "/console/templates/nonsense", 422, "Địa chỉ hoặc biểu mẫu không đúng"),
        ("GET", "/console/sign-out", 405, "Không mở được trang này"),
        ("DELETE", "/console", 405, "Không mở được trang này"),
        ("POST", NEW, 422, "Địa chỉ hoặc biểu mẫu không đúng"),
        ("GET", "/console/try/broken", 500, "Lỗi hệ thống"),
        ("GET", "/console/try/later", 503, "Hệ thống tạm thời gián đoạn"),
    ],
)
async def test_problems_are_pages(chief, method, path, status, words):
    """In the frame, with a way on, and without a word of what is inside."""
    answer = await chief.client.request(method, path, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, words in answer.text) == (status, True)
    assert 'href="/console"' in answer.text
    assert "as it can happen" not in answer.text
    assert answer.headers["x-request-id"]


async def test_problems_elsewhere_are_what_they_were(chief):
    """Programs read JSON, also at addresses that only begin alike."""
    for path in ("/v1/nowhere", "/consoles", "/console.json"):
        answer = await chief.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_body_too_large(chief, services):
    """Is a page too, and nothing of it is kept."""
    answer = await chief.post(NEW, form() | {"text": "t" * 5_000_000})
    assert (answer.status_code, "Nội dung gửi lên quá lớn" in answer.text) == (413, True)
    assert await kept(services) == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe%zz=%", "application/x-www-form-urlencoded"),
        (b'{"form_id": 1}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", ""),
    ],
)
async def test_a_form_that_is_none(chief, services, body, kind):
    """Is told on a page."""
    headers = {"sec-fetch-site": "same-origin", "content-type": kind}
    answer = await chief.client.post(NEW, content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("text/html")
    assert await kept(services) == 0


async def test_language(desk):
    """As the browser prefers, until somebody chooses; then so for ever, and nothing else is taken for one."""
    english = {"accept-language": "en"}
    assert '<html lang="vi">' in (await desk.get("/console/sign-in")).text
    assert '<html lang="en">' in (await desk.get("/console/sign-in", headers=english)).text
    chosen = await desk.get("/console/sign-in?next=/console/templates&lang=vi", headers=english)
    assert '<html lang="vi">' in chosen.text
    assert 'href="?next=%2Fconsole%2Ftemplates&amp;lang=en"' in chosen.text
    assert '<html lang="vi">' in (await desk.get("/console/nowhere", headers=english)).text
    odd = await desk.get("/console/sign-in?lang=<script>")
    assert "set-cookie" not in odd.headers
    assert "<script>" not in odd.text


async def test_a_done_word_of_somebody_else(chief):
    """An address can say nothing in our name but what is ours to say."""
    for word in ("evil", "<script>alert(1)</script>", ""):
        assert 'role="status"' not in (await chief.get("/console/templates", params={"done": word})).text


@pytest.mark.parametrize(
    ("roles", "offered", "words"),
    [
        ([Role.VIEWER], False, "Xem"),
        ([Role.OFFICER], True, "Cán bộ xử lý"),
        ([Role.SUPERVISOR], True, "Phụ trách"),
        ([Role.MODERATOR], False, "Kiểm duyệt"),
        ([Role.OPERATOR], False, "Bạn vận hành hệ thống."),
    ],
)
async def test_what_a_role_is_offered(desk, invite, roles, offered, words):
    """Home and navigation show what somebody may use, and who may use nothing is told why."""
    await invite("staff-000001", *roles)
    await desk.sign_in()
    home = (await desk.get("/console")).text
    assert ('href="/console/templates"' in home) is offered
    assert words in home
    status = (await desk.get("/console/templates")).status_code
    assert status == (200 if offered else 403)


async def test_no_role_at_all(desk, invite, services):
    """Who holds none is let in, and told whom to ask."""
    officer_id = await invite()
    async with services.unit_of_work() as uow:
        query = "UPDATE officer_role SET valid_until = now() WHERE officer_id = %s"
        await (await uow.driver()).execute(query, (officer_id,))
        await uow.commit()
    await desk.sign_in()
    assert "Bạn chưa có vai trò nào" in (await desk.get("/console")).text


def test_cookies_over_tls(services, monkeypatch):
    """They go over TLS alone, and no other host may set them; from what came in, the same name is read."""
    monkeypatch.setattr(Tokens, "issuer", "https://api.example.vn", raising=False)
    monkeypatch.delattr(services.tokens, "issuer")
    scope = {
        "type": "http",
        "headers": [(b"cookie", b"tindan-console=a; __Host-tindan-console=b")],
        "state": {},
    }
    request = Request(scope)
    assert cookies.shown(request, services, cookies.VISIT) == "b"
    cookies.keep(request, services, cookies.VISIT, "v")
    ((name, value),) = scope["state"]["headers"]
    assert (name, value) == (
        b"set-cookie",
        b"__Host-tindan-console=v; HttpOnly; Path=/; SameSite=lax; Secure",
    )
