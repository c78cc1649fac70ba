"""What is read of whole dossiers, of what is arranged, and of tables."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.agency_dossiers.examples import DOSSIER, PAYMENT
from api.agency_files.schemas import TABLE_EXAMPLE
from api.conformance.facts import Draw
from api.conformance.faults import Target
from api.conformance.scenario_facts import rows, rows_mended
from api.conformance.wire import Told
from api.conformance.wire_doors import part_of, read_answer, read_request

CODE = "H97.1-261121-0001"
ADDRESS = f"/v1/agency/dossiers/{CODE}"
JSON = "application/json"


def told(target: Target, body: object, path: str = ADDRESS) -> Sequence[Told]:
    """Read a body of JSON."""
    return read_request(target, path, JSON, json.dumps(body).encode())[0]


def outcomes(target: Target, status: int, body: object, of: Sequence[Told]) -> list[str]:
    """Read an answer of JSON."""
    return list(read_answer(target, status, json.dumps(body).encode(), of))


def table(*tasks: dict[str, object], ending: str = "\r\n") -> list[Told]:
    """Read a table of rows as they are handed out."""
    lines = [list(tasks[0]["row"]), *(list(task["row"].values()) for task in tasks)]
    text = "".join(";".join(line) + ending for line in lines)
    return list(read_request(Target.TABLES, "", "text/csv", text.encode("utf-8-sig"))[0])


def test_a_dossier_is_told_and_so_are_its_events():
    """An event is the same thing, under the same id and with the same content, through either door."""
    whole, event = told(Target.DOSSIERS, DOSSIER)
    assert (whole.source_id, whole.key, whole.state) == (CODE, (CODE, "dossier"), True)
    assert (event.key, event.state) == ((CODE, "2"), False)
    pushed = DOSSIER["events"][0] | {"dossier_code": CODE}
    [alone] = told(Target.EVENTS, pushed, "/v1/agency/dossier-events")
    assert alone == event
    [merged] = told(Target.DOSSIERS, {"summary": "x"})
    assert merged.content != whole.content


def test_a_batch_of_dossiers_names_each():
    """Code by code; what became of each is read in order, and what was refused took its events along."""
    batch = {"dossiers": [DOSSIER | {"code": "A"}, DOSSIER | {"code": "B"}, {"code": "C"}]}
    body = json.dumps(batch).encode()
    found, size = read_request(Target.DOSSIERS, "/v1/agency/dossiers", JSON, body)
    assert ([one.key[0] for one in found], size) == (["A", "A", "B", "B", "C"], 3)
    answer = {
        "results": [
            {"outcome": "created", "events": [{"outcome": "repeated"}]},
            {"outcome": "refused"},
            {"outcome": "updated"},
        ]
    }
    said = outcomes(Target.DOSSIERS, 200, answer, found)
    assert said == ["accepted", "repeated", "refused", "refused", "accepted"]


@pytest.mark.parametrize(
    ("status", "said"),
    [(409, []), (412, []), (422, ["refused", "refused"]), (429, []), (503, [])],
)
def test_a_condition_that_is_not_met_refuses_nothing(status: int, said: list[str]):
    """409 and 412 say how the dossier stands: the same may be told under another condition."""
    assert outcomes(Target.DOSSIERS, status, {}, told(Target.DOSSIERS, DOSSIER)) == said


def test_a_thing_is_known_by_its_list_and_its_id():
    """Whether the id stands in the body or in the address; a change is not the first telling."""
    [first] = told(Target.ARRANGEMENTS, PAYMENT, f"{ADDRESS}/payments")
    [change] = told(Target.ARRANGEMENTS, {"state": "paid"}, f"{ADDRESS}/payments/TT%2D12")
    assert first.key == change.key == (CODE, "payments")
    assert first.source_id == change.source_id == "TT-12"
    assert first.state
    assert change.state
    [again] = told(Target.ARRANGEMENTS, PAYMENT, f"{ADDRESS}/payments/TT-12")
    assert again != first
    assert outcomes(Target.ARRANGEMENTS, 409, {}, [first]) == ["refused"]
    assert outcomes(Target.ARRANGEMENTS, 200, {"outcome": "repeated"}, [first]) == ["accepted"]


def test_a_row_is_known_by_its_dossier_and_status_as_an_event_is():
    """Rows without ids are called by what they say; the same table again tells the same."""
    facts = rows(Draw())
    found = table(*(fact.as_task() for fact in facts))
    assert [one.key for one in found] == [fact.key for fact in facts]
    assert len({one.source_id for one in found}) == len(facts)
    assert found == table(*(fact.as_task() for fact in facts), ending="\n")
    [alone] = read_request(Target.TABLES, "", "text/csv", TABLE_EXAMPLE.encode())[0]
    assert alone.key == ("H26.1-261121-0001", "2")


def test_a_row_that_can_not_be_read_is_told_apart_from_its_mending():
    """So it is seen which of them was refused."""
    facts = rows_mended(Draw())
    found = table(*(fact.as_task() for fact in facts))
    assert [one.key for one in found] == [fact.key for fact in facts]
    answer = {"rows": [{"outcome": "refused" if fact.refused else "accepted"} for fact in facts]}
    said = outcomes(Target.TABLES, 200, answer, found)
    assert [one.key for one, outcome in zip(found, said, strict=True) if outcome == "refused"] == [
        fact.key for fact in facts if fact.refused
    ]


@given(
    target=st.sampled_from([Target.DOSSIERS, Target.ARRANGEMENTS, Target.TABLES, Target.READING]),
    path=st.text("/av1%2D\x00", max_size=40),
    body=st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["dossiers", "events", "results", "rows", "code"]), inner)
            ),
        ).map(lambda document: json.dumps(document).encode()),
    ),
)
def test_rubbish_tells_nothing_and_breaks_nothing(target: Target, path: str, body: bytes):
    """Whatever is sent and answered, the proxy reads on, and says no more than was told."""
    found, _ = read_request(target, path, JSON, body)
    for status in (200, 201, 409, 412, 422, 503):
        read_answer(target, status, body, found)


def test_parts_of_an_address_may_be_missing():
    """What is not there is empty, and what is escaped is read."""
    assert part_of("/v1/agency/dossiers/a%20b/", 4) == "a b"
    assert part_of("/v1", 4) == ""
