"""What is a form, and which answers fit it."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from storage.surveys import checking, forms
from storage.surveys.checking import InvalidAnswers
from storage.surveys.forms import Form, InvalidForm, QuestionKind
from tests.storage.surveys.surveying import ANSWERS, FORM, form

TEXT = {"type": "string", "title": "Ý kiến", "maxLength": 200}
TWO = [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]
READ = forms.read(FORM)


def faults_of(schema: Any) -> dict[str, str]:
    """Return what is wrong with a form: places, with codes."""
    with pytest.raises(InvalidForm) as refused:
        forms.read(schema)
    return {"/".join(map(str, fault.where)): fault.code for fault in refused.value.faults}


def wrong(answers: Any, asked: Form = READ) -> dict[str, str]:
    """Return what is wrong with answers: places, with codes."""
    with pytest.raises(InvalidAnswers) as refused:
        checking.check(asked, answers)
    return {"/".join(map(str, fault.where)): fault.code for fault in refused.value.faults}


def test_a_form_is_read_in_its_order() -> None:
    """Each question by its kind, with its title in both languages where it has them."""
    kinds = ["scale", "choice", "choices", "yes_no", "text"]
    assert [question.kind.value for question in READ.questions] == kinds
    assert [question.name for question in READ.questions] == list(FORM["properties"])
    assert (READ.title.in_("vi"), READ.title.in_("en")) == (
        "Khảo sát bộ phận một cửa",
        "One-stop desk survey",
    )
    assert READ.questions[0].title.in_("en") == "Dễ đến đâu?"
    assert READ.questions[0].required
    assert list(READ.questions[0].scale) == [1, 2, 3, 4, 5]
    assert READ.questions[-1].long
    assert not READ.questions[1].required


def test_order_may_be_told_by_name() -> None:
    """For writers whose JSON keeps no order; what is published always says it."""
    given_order = form(a=TEXT, b=TEXT, c=TEXT) | {"x-order": ["c", "a", "b"]}
    assert [question.name for question in forms.read(given_order).questions] == ["c", "a", "b"]
    assert forms.read(form(b=TEXT, a=TEXT)).schema["x-order"] == ["b", "a"]


def test_a_form_is_kept_as_it_was_published() -> None:
    """It is read back as it was, spelling does not make another one of it, and anybody's validator takes it."""
    assert forms.of_text(READ.text) == READ
    assert forms.read(json.loads(READ.text)).text == READ.text
    spelled = {name: FORM[name] for name in sorted(FORM, reverse=True)}
    assert forms.read(spelled | {"additionalProperties": False}).text == READ.text
    Draft202012Validator.check_schema(dict(READ.schema))
    assert Draft202012Validator(dict(READ.schema)).is_valid(ANSWERS)


@pytest.mark.parametrize(
    ("question", "place", "code"),
    [
        ({"type": "string", "title": "Dài bao nhiêu"}, "maxLength", "missing"),
        ({**TEXT, "maxLength": 2001}, "maxLength", "less_than_equal"),
        ({**TEXT, "title": " "}, "title", "string_too_short"),
        ({**TEXT, "title": "x\x00"}, "title", "control_character"),
        ({**TEXT, "title": 5}, "title", "string_type"),
        ({**TEXT, "pattern": "(a+)+$"}, "pattern", "extra_forbidden"),
        ({**TEXT, "$ref": "https://example.com/schema"}, "$ref", "extra_forbidden"),
        ({"type": "number", "title": "Số"}, "type", "survey-question-type"),
        ({"type": ["string"], "title": "Chữ"}, "type", "survey-question-type"),
        ("text", "type", "survey-question-type"),
        ({"type": "integer", "title": "Số", "minimum": 0, "maximum": 11}, "", "survey-scale"),
        ({"type": "integer", "title": "Số", "minimum": 1, "maximum": 1}, "", "survey-scale"),
        ({"type": "integer", "title": "Số", "minimum": "1", "maximum": 5}, "minimum", "int_type"),
        ({"type": "string", "title": "Chọn", "oneOf": TWO[:1]}, "oneOf", "too_short"),
        ({"type": "string", "title": "Chọn", "oneOf": [TWO[0], TWO[0]]}, "", "survey-options-repeated"),
        (
            {"type": "string", "title": "Chọn", "oneOf": [{"const": "a;b", "title": "A"}, TWO[1]]},
            "oneOf/0/const",
            "string_pattern_mismatch",
        ),
        ({"type": "array", "title": "Chọn", "items": {"oneOf": TWO}}, "uniqueItems", "missing"),
    ],
)
def test_what_no_page_could_show_is_refused(question: Any, place: str, code: str) -> None:
    """By the place in the form, and without looking anything up elsewhere."""
    where = f"properties/q/{place}".rstrip("/")
    assert faults_of(form(q=question)).get(where) == code


@pytest.mark.parametrize("given_form", [None, [], "x", {}, form(), form(Q=TEXT), form(**{"a" * 41: TEXT})])
def test_what_is_no_form_is_refused(given_form: Any) -> None:
    """However little it resembles one."""
    assert faults_of(given_form)


def test_a_form_asks_no_more_than_forty_questions() -> None:
    """Forty are taken."""
    assert len(forms.read(form(**{f"q{n}": TEXT for n in range(40)})).questions) == 40
    assert faults_of(form(**{f"q{n}": TEXT for n in range(41)})) == {"properties": "too_long"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"required": ["z"]}, "survey-required"),
        ({"required": ["a", "a"]}, "survey-required"),
        ({"x-order": ["a"]}, "survey-order"),
        ({"x-order": ["a", "b", "b"]}, "survey-order"),
    ],
)
def test_names_are_those_of_questions(more: dict[str, Any], code: str) -> None:
    """In what is required, and in the order."""
    assert faults_of(form(a=TEXT, b=TEXT) | more) == {"": code}


def test_answers_are_kept_as_they_fit() -> None:
    """Texts tidied, whole numbers whole, and what says nothing left out."""
    said = {"wish": "  Nhanh hơn \r\nnữa ", "ease": 4.0, "liked": [], "channel": None, "again": False}
    kept = checking.check(READ, said)
    assert kept == {"ease": 4, "again": False, "wish": "Nhanh hơn \nnữa"}
    assert isinstance(kept["ease"], int)
    assert list(kept) == ["ease", "again", "wish"]


@pytest.mark.parametrize(
    ("given_answers", "expected"),
    [
        ({}, {"ease": "missing"}),
        ({"ease": None}, {"ease": "missing"}),
        ({"ease": "4"}, {"ease": "int_type"}),
        ({"ease": True}, {"ease": "int_type"}),
        ({"ease": 4.5}, {"ease": "int_type"}),
        ({"ease": 6}, {"ease": "less_than_equal"}),
        ({"ease": 0}, {"ease": "greater_than_equal"}),
        ({"ease": float("nan")}, {"ease": "int_type"}),
        ({"ease": 4, "channel": "Online"}, {"channel": "enum"}),
        ({"ease": 4, "channel": ["online"]}, {"channel": "string_type"}),
        ({"ease": 4, "liked": ["staff", "staff"]}, {"liked": "repeated"}),
        ({"ease": 4, "liked": ["staff", "x"]}, {"liked/1": "enum"}),
        ({"ease": 4, "liked": ["staff", {}]}, {"liked/1": "string_type"}),
        ({"ease": 4, "liked": "staff"}, {"liked": "list_type"}),
        ({"ease": 4, "liked": ["staff"] * 3}, {"liked": "too_long"}),
        ({"ease": 4, "again": "true"}, {"again": "bool_type"}),
        ({"ease": 4, "wish": "x" * 1001}, {"wish": "string_too_long"}),
        ({"ease": 4, "wish": "x\x00"}, {"wish": "control_character"}),
        ({"ease": 4, "wish": "\ud800"}, {"wish": "control_character"}),
        ({"ease": 4, "other": 1}, {"other": "extra_forbidden"}),
    ],
)
def test_answers_that_do_not_fit_are_refused(given_answers: Any, expected: dict[str, str]) -> None:
    """Each by the question that it answers, and once."""
    assert wrong(given_answers) == expected


def test_nothing_is_no_answer() -> None:
    """Not even where nothing is required."""
    assert wrong({"q": " "}, forms.read(form(q=TEXT))) == {"": "nothing-said"}


def test_what_is_huge_is_judged_in_no_time() -> None:
    """Lists of a million, and questions that nobody asked."""
    begun = time.process_time()
    assert wrong({"ease": 4, "liked": [{"x": n} for n in range(100_000)]}) == {"liked": "too_long"}
    assert wrong({"ease": [[n] for n in range(100_000)]}) == {"ease": "int_type"}
    told = wrong({"ease": 4} | {f"x{n}\ud800": n for n in range(70)})
    assert len(told) == 50
    assert all(name.isascii() for name in told)
    assert time.process_time() - begun < 5


def test_texts_alone_are_scrubbed() -> None:
    """What was chosen stays, though it looks like a number of somebody's."""
    asked = forms.read(
        form(
            q=TEXT,
            c={"type": "string", "title": "C", "oneOf": [{"const": "0912345678", "title": "x"}, TWO[0]]},
        )
    )
    kept = checking.scrubbed(asked, {"q": "Gọi tôi 0912 345 678", "c": "0912345678"})
    assert "345" not in kept["q"]
    assert kept["c"] == "0912345678"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["ease", "channel", "liked", "again", "wish", "x"]), _JSON))
def test_what_is_kept_is_what_any_validator_takes(said: dict[str, Any]) -> None:
    """Whatever is sent: what is let through fits the published schema, and what fits is kept once more."""
    try:
        kept = checking.check(READ, said)
    except InvalidAnswers:
        return
    assert Draft202012Validator(dict(READ.schema)).is_valid(kept)
    assert checking.check(READ, kept) == kept


def test_each_kind_is_named() -> None:
    """A question of each stands in the form that these tests use."""
    assert {question.kind for question in READ.questions} == set(QuestionKind)


def test_a_form_is_no_larger_than_people_could_read() -> None:
    """Each part of it within its bounds, all together megabytes: every process would keep hundreds of such."""
    options = [{"const": f"o{number}", "title": "W" * 300} for number in range(50)]
    choices = {"type": "array", "title": "W", "uniqueItems": True, "items": {"oneOf": options}}
    assert faults_of(form(**{f"q{number}": choices for number in range(40)})) == {"": "string_too_long"}
    assert forms.read(form(**{f"q{number}": choices for number in range(10)}))


def test_a_million_answers_are_refused_unseen() -> None:
    """Looking at each, and at each against every other, took seconds."""
    many = {f"q{number}": 1 for number in range(300_000)}
    asked = forms.read(form(**{f"a{number}": TEXT for number in range(40)}) | {"required": ["a1", "a2"]})
    began = time.process_time()
    assert wrong(many, asked) == {"": "too_long"}
    assert time.process_time() - began < 0.2
