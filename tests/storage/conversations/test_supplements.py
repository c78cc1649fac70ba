"""What is asked for comes back as it was kept, and values refuse what makes no sense."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cipher import Cipher, PartyKey, UndecipherableError
from storage.conversations.kinds import Author, MessageKind
from storage.conversations.supplements import RequestItem, Supplement
from storage.conversations.writing import NewAttachment, NewMessage
from storage.ids import new_id

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
told = st.lists(st.tuples(texts, st.none() | texts, st.none() | texts), min_size=1, max_size=8)
ONE = RequestItem(number=1, name="Giấy chứng sinh")


def party_key() -> PartyKey:
    """Draw a key."""
    key, _ = Cipher(master_key=bytes(32), index_key=bytes(32)).new_party_key(new_id())
    return key


@given(told, st.none() | st.dates())
def test_a_request_is_read_as_it_was_kept(items, due_on):
    """Whatever an agency writes, under the party's key, and under no other."""
    asked = Supplement(
        items=tuple(
            RequestItem(number=number, name=name, form_code=form, note=note)
            for number, (name, form, note) in enumerate(items, start=1)
        ),
        due_on=due_on,
    )
    key = party_key()
    kept = asked.sealed(key)
    assert Supplement.opened(key, kept) == asked
    with pytest.raises(UndecipherableError):
        Supplement.opened(party_key(), kept)


@pytest.mark.parametrize("numbers", [[], [0], [2], [1, 1], [1, 3], [2, 1]])
def test_items_are_numbered_from_one(numbers):
    """An answer names them by number, so none may be missing or there twice."""
    with pytest.raises(ValueError, match=r"numbered|something"):
        Supplement(items=tuple(replace(ONE, number=number) for number in numbers))


SOUND = {
    "id": new_id(),
    "dossier_id": new_id(),
    "author": Author.PARTY,
    "author_ref": "x",
    "text": "Xin chào",
}


@pytest.mark.parametrize(
    "fields",
    [
        {"text": None},
        {"kind": MessageKind.SUPPLEMENT_REQUEST},
        {"request": Supplement(items=(ONE,), due_on=date(2026, 12, 5))},
        {"kind": MessageKind.SUPPLEMENT_ANSWER, "reply_to_id": new_id()},
        {"reply_to_id": new_id(), "answers": (1,)},
    ],
)
def test_a_message_is_what_its_kind_says(fields):
    """A request asks, an answer answers, and each says something."""
    with pytest.raises(ValueError, match=r"says|is an answer"):
        NewMessage(**(SOUND | fields))


@pytest.mark.parametrize(
    "fields", [{}, {"path": "2026/11/x"}, {"document_id": new_id(), "path": "x", "wrapped_key": b"k"}]
)
def test_an_attachment_is_a_document_or_a_file(fields):
    """Never both, and never neither."""
    with pytest.raises(ValueError, match="either"):
        NewAttachment(id=new_id(), name="x", media_type="application/pdf", size=1, sha256=b"", **fields)
