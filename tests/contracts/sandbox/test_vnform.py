"""The stand-in for VNForm: forms, the page on which they are answered, answers by pages."""

import re
import time

import httpx
import pytest

from infra.sandbox.credentials import VNFORM
from infra.sandbox.vnform import links

FORM = {
    "version": 1,
    "title": "Bạn thấy dịch vụ thế nào?",
    "titleEn": "How was the service?",
    "questions": [
        {
            "name": "way",
            "type": "one",
            "title": "Bạn nộp bằng cách nào?",
            "required": True,
            "options": [{"value": "online", "title": "Trực tuyến"}, {"value": "desk", "title": "Tại quầy"}],
        },
        {"name": "ease", "type": "scale", "title": "Dễ không?", "lowest": 1, "highest": 5},
        {"name": "again", "type": "yes_no", "title": "Lần sau có dùng lại không?"},
        {
            "name": "liked",
            "type": "many",
            "title": "Điều gì tốt?",
            "options": [{"value": "fast", "title": "Nhanh"}, {"value": "kind", "title": "Tận tình"}],
        },
        {"name": "why", "type": "long_text", "title": "Vì sao?", "longest": 20},
    ],
}
KEY = {"authorization": f"Bearer {VNFORM.api_key}"}
TOLD = {"agency": "H26.1", "month": "2026-11", "respondent": "ab12", "version": "1"}


@pytest.fixture
async def form_id(http, sandbox, request):
    """A form that nobody has answered."""
    code = re.sub(r"\W", "-", request.node.name)
    made = await http.put(f"/vnform/api/forms/{code}", json=FORM, headers=KEY)
    assert made.status_code == 201, made.text
    return made.json()["formId"]


def address(form_id, told=TOLD, *, lasts=60):
    told = told | {"expires": str(int(time.time()) + lasts)}
    signature = links.sign(VNFORM.link_key, form_id, told)
    return str(httpx.URL(f"/vnform/f/{form_id}", params=told | {"signature": signature}))


async def answers(http, form_id, **query):
    found = await http.get(f"/vnform/api/forms/{form_id}/answers", params=query, headers=KEY)
    assert found.status_code == 200, found.text
    return found.json()


async def test_a_form_is_one_however_often_it_is_put(http, sandbox):
    """The code is the caller's; another version goes under the same id."""
    first = await http.put("/vnform/api/forms/once", json=FORM, headers=KEY)
    again = await http.put("/vnform/api/forms/once", json=FORM | {"version": 2}, headers=KEY)
    assert [first.status_code, again.status_code] == [201, 200]
    assert first.json()["formId"] == again.json()["formId"]
    assert again.json()["version"] == 2


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}])
async def test_nobody_calls_without_the_key(http, sandbox, form_id, headers):
    """Neither makes forms nor reads answers."""
    made = await http.put("/vnform/api/forms/mine", json=FORM, headers=headers)
    read = await http.get(f"/vnform/api/forms/{form_id}/answers", headers=headers)
    assert [made.status_code, read.status_code] == [401, 401]


@pytest.mark.parametrize(
    "change", [{"questions": []}, {"version": 0}, {"title": ""}, {"questions": [{"name": "x"}]}, {"more": 1}]
)
async def test_a_form_that_is_none_is_refused(http, sandbox, change):
    """With the code of the fault."""
    made = await http.put("/vnform/api/forms/bad", json=FORM | change, headers=KEY)
    assert made.status_code == 422
    assert made.json()["error"]["code"] == "INVALID_FORM"


async def test_what_a_person_answers_comes_out_typed_and_with_what_the_link_said(http, form_id):
    """Whole numbers, yes and no, lists; the second answer by one link is refused."""
    where = address(form_id)
    shown = await http.get(where)
    assert "Bạn nộp bằng cách nào?" in shown.text
    given = {"way": "desk", "ease": "4", "again": "false", "liked": ["fast", "kind"], "why": "  "}
    sent = await http.post(where, data=given)
    assert sent.status_code == 200, sent.text
    assert (await http.post(where, data=given)).status_code == 409
    (item,) = (await answers(http, form_id))["items"]
    assert item["answers"] == {"way": "desk", "ease": 4, "again": False, "liked": ["fast", "kind"]}
    assert item["context"] == {"agency": "H26.1", "month": "2026-11"}
    assert item["respondent"] == "ab12"


async def test_an_open_address_is_answered_any_number_of_times(http, form_id):
    """By nobody in particular."""
    for _ in range(2):
        assert (await http.post(f"/vnform/f/{form_id}", data={"way": "online"})).status_code == 200
    assert [one["respondent"] for one in (await answers(http, form_id))["items"]] == [None, None]


async def test_links_that_were_changed_or_are_over_lead_nowhere(http, form_id):
    """And nothing is kept of what is sent by them."""
    other = (await http.put("/vnform/api/forms/other", json=FORM, headers=KEY)).json()["formId"]
    sound = address(form_id)
    for bad in (
        sound.replace("H26.1", "H26.2"),
        sound.replace(form_id, other),
        f"{sound}&procedure=1.001193",
        re.sub("signature=.", "signature=g", sound),
        re.sub("&signature=.*", "", sound),
        address(form_id, lasts=-5),
    ):
        assert (await http.get(bad)).status_code == 403, bad
        assert (await http.post(bad, data={"way": "desk"})).status_code == 403, bad
    assert (await answers(http, form_id))["items"] == []
    assert (await answers(http, other))["items"] == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"way": "boat"},
        {"way": "desk", "ease": "6"},
        {"way": "desk", "ease": "x"},
        {"way": "desk", "why": "x" * 21},
        {"way": "desk", "again": "maybe"},
        {"way": "desk", "liked": "slow"},
    ],
)
async def test_what_does_not_fit_is_asked_again(http, form_id, given):
    """Nothing of it is kept."""
    assert (await http.post(address(form_id), data=given)).status_code == 422
    assert (await answers(http, form_id))["items"] == []


async def test_answers_come_by_pages(http, form_id):
    """Each names the place after it; the place before the first answer is not named."""
    for _ in range(5):
        await http.post(f"/vnform/f/{form_id}", data={"way": "online"})
    seen, after, more = [], "", True
    while more:
        page = await answers(http, form_id, after=after, limit=2)
        seen += [one["id"] for one in page["items"]]
        after, more = page["next"], page["more"]
    assert len(seen) == len(set(seen)) == 5
    assert (await answers(http, form_id, after=after))["items"] == []


async def test_answers_go_wrong_by_script(http, form_id, script):
    """Half of one, the page before once more, and a status."""
    for _ in range(3):
        await http.post(f"/vnform/f/{form_id}", data={"way": "online"})
    first = await answers(http, form_id, limit=2)
    await script("vnform", {"kind": "repeat"}, {"kind": "cut"}, {"kind": "status", "code": 503})
    assert (await answers(http, form_id, limit=2, after=first["next"]))["items"] == first["items"]
    where = f"/vnform/api/forms/{form_id}/answers"
    cut, down = [await http.get(where, headers=KEY) for _ in range(2)]
    assert cut.status_code == 200
    whole = (await http.get(where, headers=KEY)).content
    assert whole.startswith(cut.content)
    assert len(cut.content) == len(whole) // 2
    assert down.status_code == 503


@pytest.mark.parametrize("query", [{"after": "b1"}, {"after": "a-1"}, {"limit": "0"}, {"limit": "x"}])
async def test_what_is_no_place_is_refused(http, form_id, query):
    """By its code."""
    found = await http.get(f"/vnform/api/forms/{form_id}/answers", params=query, headers=KEY)
    assert (found.status_code, found.json()["error"]["code"]) == (400, "INVALID_PLACE")
