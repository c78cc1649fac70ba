"""Scripting faults over HTTP."""

import pytest

STEPS = [
    {"kind": "delay", "seconds": 0.5, "times": 3},
    {"kind": "status", "code": 429, "retry_after": 2, "times": 5},
    {"kind": "status", "code": 503, "times": -1},
]


async def test_what_is_left_of_a_script_can_be_read_and_put_back(sandbox, http, script):
    """GET answers in the form that PUT takes; an empty script is left after DELETE."""
    await script("push", *STEPS, match={"to": "phone-*"})
    left = (await http.get("/sandbox/faults/push")).json()
    assert (await http.put("/sandbox/faults/push", json=left)).status_code == 200
    assert (await http.get("/sandbox/faults/push")).json() == left
    assert [step["times"] for step in left["script"]] == [3, 5, -1]
    assert left["match"] == {"to": "phone-*"}
    assert (await http.delete("/sandbox/faults/push")).status_code == 204
    assert (await http.get("/sandbox/faults/push")).json() == {"script": []}


async def test_steps_strike_in_order_and_run_out(sandbox, http, script):
    """Each turn uses up one time of the first step; after the last one everything works."""
    await script(
        "idp",
        {"kind": "status", "code": 500, "times": 2},
        {"kind": "status", "code": 429, "retry_after": 7},
        {"kind": "refuse", "code": "server_error"},
    )
    answers = [await http.get("/idp/jwks") for _ in range(5)]
    assert [one.status_code for one in answers] == [500, 500, 429, 400, 200]
    assert answers[2].headers["Retry-After"] == "7"
    assert answers[3].json()["error"] == "server_error"


async def test_for_ever_lasts_until_it_is_cleared(sandbox, http, script):
    """Minus one times never runs out."""
    await script("idp", {"kind": "status", "code": 503, "times": -1}, match={"to": "jwks"})
    assert {(await http.get("/idp/jwks")).status_code for _ in range(20)} == {503}
    assert (await http.get("/idp/.well-known/openid-configuration")).status_code == 200
    await http.delete("/sandbox/faults/idp")
    assert (await http.get("/idp/jwks")).status_code == 200


@pytest.mark.parametrize(
    ("channel", "body", "culprit"),
    [
        ("push", "not json", "body"),
        ("push", {}, "script"),
        ("push", {"script": []}, "script"),
        ("push", {"script": [{"kind": "explode"}]}, "script.0"),
        ("push", {"script": [{"kind": "delay"}]}, "script.0.delay.seconds"),
        ("push", {"script": [{"kind": "delay", "seconds": -1}]}, "script.0.delay.seconds"),
        ("push", {"script": [{"kind": "delay", "seconds": 1, "minutes": 1}]}, "script.0.delay.minutes"),
        ("push", {"script": [{"kind": "status", "code": 200}]}, "script.0.status.code"),
        ("push", {"script": [{"kind": "status", "code": 500, "times": 0}]}, "script[0].times"),
        ("push", {"script": [{"kind": "status", "code": 500, "times": -2}]}, "script.0.status.times"),
        ("push", {"script": [{"kind": "status", "code": 500, "at": "rcpt"}]}, "script[0].at"),
        ("push", {"script": [{"kind": "refuse", "code": "550 5.1.1 No"}]}, "script[0].code"),
        ("sms", {"script": [{"kind": "refuse", "code": "-118"}]}, "script[0].code"),
        ("zalo", {"script": [{"kind": "refuse", "code": "21610"}]}, "script[0].code"),
        ("zalo-oauth", {"script": [{"kind": "refuse", "code": "invalid_grant"}]}, "script[0].code"),
        ("zalo", {"script": [{"kind": "cut"}]}, "script[0].kind"),
        ("push", {"script": [{"kind": "repeat"}]}, "script[0].kind"),
        ("emc", {"script": [{"kind": "repeat"}]}, "script[0].kind"),
        ("emc", {"script": [{"kind": "refuse", "code": "-118"}]}, "script[0].code"),
        ("push", {"script": [{"kind": "delay", "seconds": 1}], "match": {"from": "x"}}, "match.to"),
        ("email", {"script": [{"kind": "refuse", "code": "UNREGISTERED"}]}, "script[0].code"),
        ("email", {"script": [{"kind": "refuse", "code": "550 no\r\n250 yes"}]}, "script[0].code"),
        ("email", {"script": [{"kind": "status", "code": 451, "retry_after": 1}]}, "script[0].retry_after"),
        (
            "email",
            {"script": [{"kind": "accept_then_hang", "seconds": 1, "at": "rcpt"}]},
            "script.0.accept_then_hang.at",
        ),
        (
            "email",
            {"script": [{"kind": "status", "code": 421, "at": "connect"}], "match": {"to": "x"}},
            "script[0].at",
        ),
    ],
)
async def test_a_bad_script_is_told_what_is_wrong(sandbox, http, channel, body, culprit):
    """A script that the channel cannot follow is refused whole, and the culprit is named."""
    options = {"content": body} if isinstance(body, str) else {"json": body}
    response = await http.put(f"/sandbox/faults/{channel}", **options)
    assert response.status_code == 422
    assert culprit in {line.partition(":")[0] for line in response.json()["detail"]}
    assert (await http.get(f"/sandbox/faults/{channel}")).json() == {"script": []}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_there_are_no_other_channels(sandbox, http, method):
    """Any other channel is not found."""
    response = await http.request(method, "/sandbox/faults/fax")
    assert response.status_code == 404
