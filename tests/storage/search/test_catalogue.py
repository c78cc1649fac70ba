"""Questions to a catalogue, what is said of what was found, and what a question becomes while it is typed."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.search.catalogue import Catalogue
from storage.search.facts import Sieve
from storage.search.index import CANDIDATES
from storage.search.lexicon import lexicon
from storage.search.suggesting import LONGEST, Completion, Suggestions
from tests.storage.search.examples import NAMES, procedure

PROCEDURES = [procedure(number, name) for number, name in enumerate(NAMES, start=1)]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """A procedure of each name."""
    return Catalogue(PROCEDURES, lexicon(), version=7)


def test_where_the_words_stand_is_told(catalogue):
    """The marks cut the words that were asked for out of the name."""
    (found, *_) = catalogue.ask("GIAY LÁI", Sieve(), count=1).found
    assert [found.facts.name[start:end] for start, end in found.marks] == ["giấy", "lái"]


def test_a_slip_is_told(catalogue):
    """What was taken for another word is told, and what was not is no news."""
    assert catalogue.ask("dang ky khai sihn", Sieve(), count=1).read_as == "dang ky khai sinh"
    assert catalogue.ask("đăng ký khai sinh", Sieve(), count=1).read_as is None


def test_whether_others_may_fit_is_told():
    """Where more are alike than are looked at, the answer says that it is not all; else that it is."""
    alike = [procedure(number, f"Giấy phép loại {number}") for number in range(2 * CANDIDATES)]
    many = Catalogue([*alike, procedure(9999, "Khai sinh")], lexicon(), version=1)
    answer = many.ask("giấy phép loại", Sieve(), count=1)
    assert (answer.complete, answer.total) == (False, CANDIDATES)
    assert many.ask("khai sinh", Sieve(), count=1).complete
    assert many.ask("", Sieve(), count=1).complete


def test_nothing_is_everything(catalogue):
    """Without a question all are listed, variants folded."""
    answer = catalogue.ask("  ", Sieve(), count=10)
    assert answer.total == len(answer.found) == len(NAMES) - 1


def test_signs_are_no_words(catalogue):
    """What holds no word asks nothing."""
    assert catalogue.ask("?!… 😀", Sieve(), count=10) == catalogue.ask("", Sieve(), count=10)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_anything_may_be_asked_and_typed(catalogue, text):
    """Whatever it is, marks lie in names, and what is proposed is no more than was asked for."""
    for found in catalogue.ask(text, Sieve(), count=10).found:
        assert all(0 <= start < end <= len(found.facts.name) for start, end in found.marks)
    assert len(catalogue.complete(text, 3)) <= 3


def test_a_catalogue_in_a_folder_goes_to_another_process(tmp_path: Path):
    """What was pickled answers as before, also when the folder is gone."""
    (folder := tmp_path / "index").mkdir()
    before = Catalogue(PROCEDURES, lexicon(), version=7, folder=folder)
    after = pickle.loads(pickle.dumps(before))
    for file in folder.iterdir():
        file.unlink()
    for text in ("khai sinh", "cap lai the", ""):
        assert after.ask(text, Sieve(), count=10) == before.ask(text, Sieve(), count=10)
    assert after.complete("khai", 3) == before.complete("khai", 3)


def test_a_catalogue_in_memory_stays_there(catalogue):
    """An index that no other process could open is not pickled."""
    with pytest.raises(TypeError, match="in memory"):
        pickle.dumps(catalogue)


def test_texts_that_begin_with_what_was_typed_come_first():
    """Then those that hold it from the beginning of a word; shorter and likelier ones before others."""
    texts = ["Cấp giấy khai sinh", "Khai sinh lưu động", "Khai sinh", "Khai tử", "Sơ khai"]
    suggestions = Suggestions([Completion(text=text, weight=0.0) for text in texts])
    assert suggestions.complete("KHAI s", 10) == ["Khai sinh", "Khai sinh lưu động", "Cấp giấy khai sinh"]
    assert suggestions.complete("khai", 2) == ["Khai tử", "Khai sinh"]
    assert suggestions.complete("hai", 10) == []
    assert suggestions.complete("k", 10) == []
    assert suggestions.complete("khai " * LONGEST, 10) == []


def test_a_likelier_text_may_be_longer():
    """Its weight counts for letters."""
    texts = [Completion(text="Khai tử", weight=0.0), Completion(text="Khai sinh", weight=1.0)]
    assert Suggestions(texts).complete("kha", 2) == ["Khai sinh", "Khai tử"]
