"""Every line of the table leads to what it means."""

from importlib.resources import files

import pytest

from storage.search.folding import fold, words
from storage.search.index import Index, Searchable
from storage.search.lexicon import lexicon, read_asides, read_said, read_short
from storage.search.question import ASIDE, understand
from storage.search.ranking import rank

FOLDER = files("storage.search") / "lexicon"
SAID = list(read_said((FOLDER / "said.txt").read_text("utf-8")))
SHORT = list(read_short((FOLDER / "short.txt").read_text("utf-8")))
ASIDES = list(read_asides((FOLDER / "asides.txt").read_text("utf-8")))
SHOWN = 10


@pytest.fixture(scope="module")
def index() -> Index:
    """A catalogue of all that is meant, each phrase being a procedure."""
    meant = sorted({" ".join(phrase) for _, meaning in SAID for phrase in meaning.phrases})
    return Index([Searchable(code=name, name=name.upper()) for name in meant], lexicon())


def found(index: Index, question: str) -> list[str]:
    hits = rank(index, understand(question, lexicon(), index.spelling))
    return [index.named[hit.place].code for hit in hits[:SHOWN]]


@pytest.mark.parametrize(("phrases", "meaning"), SAID, ids=[" ".join(phrases[0]) for phrases, _ in SAID])
def test_what_is_said_leads_to_what_is_meant(index, phrases, meaning):
    """Each phrase of a line, with its marks and, from two words on, without, brings one of its meanings among the first."""
    wanted = {" ".join(phrase) for phrase in meaning.phrases}
    for phrase in phrases:
        assert wanted & set(found(index, " ".join(phrase))), phrase
        if len(phrase) > 1:
            assert wanted & set(found(index, " ".join(map(fold, phrase)))), phrase


@pytest.mark.parametrize(("word", "full"), SHORT, ids=[word for word, _ in SHORT])
def test_short_forms_are_written_out(index, word, full):
    """A short form is read as the words that it stands for."""
    assert set(full) <= understand(word, lexicon(), index.spelling).exact.keys()


@pytest.mark.parametrize("phrase", ASIDES, ids=[" ".join(phrase) for phrase in ASIDES])
def test_asides_count_little(index, phrase):
    """No word of an aside weighs what a word of the matter weighs, unless it is part of what is said."""
    said = {word for phrases, _ in SAID for known in phrases for word in known}
    question = understand(" ".join(phrase), lexicon(), index.spelling)
    assert all(weight == ASIDE for word, weight in question.exact.items() if word not in said)


def test_no_phrase_has_two_lines():
    """What a phrase means is said in one place."""
    phrases = [phrase for line, _ in SAID for phrase in line]
    assert sorted(phrases) == sorted(set(phrases))
    assert len(ASIDES) == len(set(ASIDES))
    assert len(SHORT) == len(dict(SHORT))


@pytest.mark.parametrize("text", ["no meaning", "| meant", "said |", "a,, b | c"])
def test_lines_of_another_form_are_refused(text):
    """A line that is half written is an error, not a phrase."""
    with pytest.raises(ValueError, match=r"phrase has no words|no meaning"):
        list(read_said(text))


def test_words_are_kept_as_they_are_compared():
    """What the lexicon knows, it knows without marks."""
    assert all(word == fold(word) for word in lexicon().words)
    assert all(words(word) == [word] for word in lexicon().words)
