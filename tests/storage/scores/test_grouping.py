"""Sums of trees, and what nobody can work out from those that are shown."""

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.scores.grouping import LEAST, Tree, hidden, roll_up
from storage.scores.points import Counts
from tests.storage.scores.drawing import counts, trees

A, B, C, D = (UUID(int=number) for number in range(1, 5))


@st.composite
def filled(draw):
    """A tree whose agencies have dossiers of their own, many of them few."""
    tree = draw(trees())
    own = {one: draw(counts()) for one in tree.parents if draw(st.booleans())}
    return tree, own


def sizes_of(whole):
    return {one: some.ended for one, some in whole.items()}


@given(filled())
def test_a_sum_is_its_own_and_those_below(given_tree):
    """Each sum is what an agency has itself and the sums right below; the country's is of all."""
    tree, own = given_tree
    whole = roll_up(tree, own)
    for one in tree.downwards():
        below = sum((whole[child] for child in tree.below(one)), own.get(one, Counts()))
        assert whole[one] == below
    assert whole[None] == sum(own.values(), Counts())
    assert set(whole) == {None, *tree.parents}


@given(filled())
def test_nothing_shown_is_small(given_tree):
    """No group of one to four is shown, and nothing below one that is hidden."""
    tree, own = given_tree
    sizes = sizes_of(roll_up(tree, own))
    found = hidden(tree, sizes)
    assert all(not 0 < sizes[one] < LEAST for one in sizes if one not in found)
    assert all(set(tree.downwards(one)) <= found for one in found)


@given(filled())
def test_no_shown_sums_leave_few_dossiers(given_tree):
    """A shown sum less any shown sums of other agencies within it leaves nobody's one to four dossiers.

    All sets of shown parts are tried, not those alone that stand right below: what remains is either the
    dossiers of somebody shown, too, or of at least five.
    """
    tree, own = given_tree
    sizes = sizes_of(roll_up(tree, own))
    shown = [one for one in tree.downwards() if one not in hidden(tree, sizes) and sizes[one]]
    for one in shown:
        inner = [other for other in shown if other != one and other in set(tree.downwards(one))]
        for count in range(min(len(inner), 4) + 1):
            for some in combinations(inner, count):
                if any(b in set(tree.downwards(a)) for a in some for b in some if a != b):
                    continue
                assert not 0 < sizes[one] - sum(sizes[part] for part in some) < LEAST
        outermost = [other for other in inner if tree.parents[other] == one]
        assert not 0 < sizes[one] - sum(sizes[part] for part in outermost) < LEAST


@given(filled(), st.data())
def test_who_is_hidden_already_stays_so(given_tree, data):
    """Hiding for a second reason hides no less, and leaves what is shown as safe."""
    tree, own = given_tree
    sizes = sizes_of(roll_up(tree, own))
    already = {one for one in tree.parents if data.draw(st.booleans())}
    found = hidden(tree, sizes, already)
    assert already <= found
    for one in tree.downwards():
        if one not in found:
            shown = sum(sizes[child] for child in tree.below(one) if child not in found)
            assert not 0 < sizes[one] - shown < LEAST


def test_the_smallest_neighbour_covers_a_small_one():
    """Of a province with communes of 3, 7 and 9 the one of 7 is hidden as well: 19 - 9 tells nothing of the 3."""
    tree = Tree(parents={A: None, B: A, C: A, D: A})
    sizes = {None: 19, A: 19, B: 3, C: 7, D: 9}
    assert hidden(tree, sizes) == {B, C}
    # Two small ones of six together cover each other, as do a small one and what the province has itself.
    assert hidden(tree, {None: 13, A: 13, B: 3, C: 3, D: 7}) == {B, C}
    assert hidden(tree, {None: 19, A: 19, B: 3, C: 5, D: 9}) == {B}


def test_a_few_of_the_provinces_own():
    """What an agency has itself is nowhere shown, and no less to be kept: 3 beside a commune of 6 hide it."""
    tree = Tree(parents={A: None, B: A})
    assert hidden(tree, {None: 9, A: 9, B: 6}) == {B}
    assert hidden(tree, {None: 11, A: 11, B: 6}) == frozenset()


def test_nothing_shown_at_all():
    """A country of four dossiers shows nobody's; one of none has nothing to hide."""
    tree = Tree(parents={A: None, B: A})
    assert hidden(tree, {None: 4, A: 4, B: 4}) == {None, A, B}
    assert hidden(tree, {}) == frozenset()


def test_circles_are_refused():
    """Agencies above each other have no sum."""
    with pytest.raises(ValueError, match="above itself"):
        Tree(parents={A: B, B: A})


def test_an_unknown_parent_is_none():
    """An agency whose parent is not known stands on top."""
    assert Tree(parents={A: B}).below(None) == (A,)
