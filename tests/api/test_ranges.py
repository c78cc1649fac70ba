"""Parts of files are what RFC 9110 says, whatever is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ranges import Part, Unsatisfiable, part_of

TAG = '"tag"'
SIZE = 1000


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, 1000),
        ("bytes=0-0", 0, 1),
        ("bytes=999-", 999, 1000),
        ("bytes=0-999", 0, 1000),
        ("bytes=0-5000", 0, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-5000", 0, 1000),
        ("Bytes = 5-9", 5, 10),
    ],
)
def test_one_range_is_a_part(asked: str, start: int, end: int) -> None:
    """From the first byte named to the last, or the last so many."""
    assert part_of(SIZE, TAG, [asked], None) == Part(start=start, end=end, size=SIZE)


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_what_is_not_there_is_refused(asked: str) -> None:
    """No byte of the file is meant."""
    with pytest.raises(Unsatisfiable):
        part_of(SIZE, TAG, [asked], None)


@pytest.mark.parametrize(
    "asked",
    [
        *("bytes=0-1,5-6", "bytes=0-1, -5", "bytes=0-,0-,0-,0-", "bytes=5-4", "bytes=-", "bytes=", "bytes"),
        *("lines=1-2", "bytes=a-b", "bytes=0x1-2", "bytes=1-2x", "bytes=+1-2", "bytes=\u0661-", "", "0-5"),
        f"bytes=0-{'9' * 5000}",
    ],
)
def test_anything_else_is_the_whole(asked: str) -> None:
    """Several ranges as well, and what is none: both may be passed over."""
    assert part_of(SIZE, TAG, [asked], None) is None
    assert part_of(SIZE, TAG, ["bytes=0-1", asked], None) is None


@pytest.mark.parametrize("if_range", ['"other"', f"W/{TAG}", "Sun, 22 Nov 2026 09:00:00 GMT", ""])
def test_a_part_of_another_file_is_not_given(if_range: str) -> None:
    """Only the very tag holds, which is strong: parts of two states would make a file that never was."""
    assert part_of(SIZE, TAG, ["bytes=0-1"], if_range) is None
    assert part_of(SIZE, TAG, ["bytes=5000-"], if_range) is None
    assert part_of(SIZE, TAG, ["bytes=0-1"], TAG) is not None


@given(
    st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True), st.integers(0, 3000)
)
def test_a_part_lies_within_the_file(asked: str, size: int) -> None:
    """Whatever is asked of however large a file."""
    try:
        part = part_of(size, TAG, [asked], None)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size
