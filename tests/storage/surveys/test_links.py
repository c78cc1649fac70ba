"""Links that name an invitation: nobody makes one, changes one, or uses one for long."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.surveys.links import LONGEST, ExpiredLink, ForgedLink, LinkKeys, SignedLink

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
KEYS = LinkKeys(keys=(NEW, OLD))
LINK = SignedLink(
    survey="mot-cua-2026",
    version=3,
    ref=bytes(range(16)),
    context={"agency_code": "H26.1", "procedure_code": "1.001193", "month": "2026-11"},
    expires=NOW + timedelta(days=1),
)
SIGNED = KEYS.sign(LINK)


def test_a_link_says_what_was_signed() -> None:
    """Also in another order, as apps sort and mail programs encode them; and not after its time."""
    assert KEYS.verify(SIGNED, now=NOW) == LINK
    assert KEYS.verify("&".join(reversed(SIGNED.split("&"))), now=NOW) == LINK
    assert KEYS.verify(SIGNED.replace("c.month", "c%2emonth"), now=NOW) == LINK
    with pytest.raises(ExpiredLink):
        KEYS.verify(SIGNED, now=LINK.expires)


def test_keys_are_replaced_while_links_are_out() -> None:
    """What the old key signed is good as long as it is there, and no longer."""
    signed = LinkKeys(keys=(OLD,)).sign(LINK)
    assert KEYS.verify(signed, now=NOW) == LINK
    with pytest.raises(ForgedLink):
        LinkKeys(keys=(NEW,)).verify(signed, now=NOW)


def test_each_purpose_has_keys_of_its_own() -> None:
    """So that a link of one is none of another, nor the key to anything else."""
    page, other = (LinkKeys.derived([OLD], purpose) for purpose in ("page", "vnform"))
    assert page.verify(page.sign(LINK), now=NOW) == LINK
    for keys in (other, LinkKeys(keys=(OLD,))):
        with pytest.raises(ForgedLink):
            keys.verify(page.sign(LINK), now=NOW)
    assert page == LinkKeys.derived([OLD], "page")
    assert "ooo" not in repr(page)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "x",
        "sig=",
        "s=mot-cua-2026",
        SIGNED.rpartition("&")[0],
        SIGNED.replace("v=3", "v=4"),
        SIGNED.replace("H26.1", "H26.2"),
        SIGNED + "&c.extra=1",
        SIGNED + "&v=3",
        SIGNED[:-1],
        SIGNED + "%C3%28",
        SIGNED.replace("sig=", "sig=%E1%BB%87"),
        SIGNED + "&c.x=" + "y" * LONGEST,
        "&".join(f"a{n}=1" for n in range(1000)),
        SIGNED.replace("c.month=2026-11", "c.month=2026%2D11&c.month=2026-11"),
    ],
)
def test_what_was_not_signed_so_is_refused(query: str) -> None:
    """Whatever was changed, added, left out or repeated."""
    with pytest.raises(ForgedLink):
        KEYS.verify(query, now=NOW)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(_TEXT, _TEXT, max_size=5), st.binary(min_size=16, max_size=16))
def test_any_context_comes_back_as_it_was(context: dict[str, str], ref: bytes) -> None:
    """Whatever characters are in it; one that says the same in another way is the same link."""
    link = SignedLink(survey="a", version=1, ref=ref, context=context, expires=NOW + timedelta(days=1))
    signed = KEYS.sign(link)
    assert KEYS.verify(signed, now=NOW) == link
    spelled = "&".join(quote(part, safe="%=.-_~") for part in signed.split("&"))
    assert KEYS.verify(spelled, now=NOW) == link


@given(st.data())
def test_no_changed_character_goes_unseen(data: st.DataObject) -> None:
    """Wherever it is: what is still accepted says the same."""
    place = data.draw(st.integers(0, len(SIGNED) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    try:
        assert KEYS.verify(SIGNED[:place] + other + SIGNED[place + 1 :], now=NOW) == LINK
    except ForgedLink:
        assert other != SIGNED[place]


def test_keys_and_references_have_their_length() -> None:
    """And a time that a link can carry."""
    for keys in ((), (b"short",)):
        with pytest.raises(ValueError, match="32 bytes"):
            LinkKeys(keys=keys)
    with pytest.raises(ValueError, match="16 bytes"):
        SignedLink(survey="a", version=1, ref=b"r", expires=NOW)
    with pytest.raises(ValueError, match="whole second"):
        SignedLink(survey="a", version=1, ref=bytes(16), expires=NOW + timedelta(microseconds=1))
