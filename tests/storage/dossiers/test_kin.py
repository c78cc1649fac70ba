"""No dossier comes to be part of itself."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.kin import closes_circle

CODES = st.sampled_from("ABCDEFG")


@given(st.lists(st.tuples(CODES, CODES), max_size=20))
def test_links_that_close_no_circle_make_a_forest(links: list[tuple[str, str]]) -> None:
    """Made one after another, or changed, they lead from everywhere to an end."""
    parents: dict[str, str] = {}
    for code, parent in links:
        if not closes_circle(parents, code, parent):
            parents[code] = parent
    for code in parents:
        above, steps = code, 0
        while above in parents:
            above, steps = parents[above], steps + 1
            assert steps <= len(parents)


@given(st.lists(CODES, min_size=2, max_size=7, unique=True))
def test_the_link_that_closes_a_chain_is_found(chain: list[str]) -> None:
    """From its top to any of its members, itself among them; one from its foot upwards is none."""
    parents = dict(itertools.pairwise(chain))
    top = chain[-1]
    assert all(closes_circle(parents, top, code) for code in chain)
    assert not any(closes_circle(parents, "new", code) for code in chain)


def test_a_circle_that_is_there_already_ends_the_walk() -> None:
    """Were one ever kept, it would be refused to join it, and nothing would run for ever."""
    assert closes_circle({"A": "B", "B": "A"}, "C", "A")
