"""A sealed file is read back whole or in part, and nothing that was changed passes."""

import io
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from os import urandom
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.cipher import Cipher, UndecipherableError
from storage.vault import sealing
from storage.vault.sealing import (
    CHUNK,
    HEADER,
    PROOF,
    DamagedFileError,
    FileKey,
    opened,
    pieces_of,
    sealed,
    sealed_size,
)

CIPHER = Cipher(master_key=bytes(range(32)), index_key=bytes(range(32, 64)))
FILE, OTHER = UUID(int=7), UUID(int=8)
MIB = 1024 * 1024
SMALL = 32
"""Bytes of a chunk where many chunks are needed: the form is the same for every size."""

few = settings(deadline=None)
sizes = st.integers(0, 5 * SMALL + 1) | st.sampled_from([SMALL, 2 * SMALL, SMALL - 1, SMALL + 1])


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "CHUNK", SMALL)
        yield


async def in_pieces(whole: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


async def seal(key: FileKey, plain: bytes, piece: int = 1000) -> bytes:
    return b"".join([out async for out in sealed(key, in_pieces(plain, piece))])


async def read(
    key: FileKey, kept: bytes, *, size: int, start: int = 0, end: int | None = None, piece: int = 1000
) -> bytes:
    def fetch(first: int, after: int) -> AsyncIterator[bytes]:
        return in_pieces(kept[first:after], piece)

    return b"".join([out async for out in opened(key, fetch, size=size, start=start, end=end)])


async def tell(told: io.BytesIO, parts: AsyncIterator[bytes]) -> None:
    async for part in parts:
        told.write(part)


@few
@given(st.data(), sizes, st.integers(1, 200), st.integers(1, 200))
async def test_any_part_is_the_slice(data: st.DataObject, size: int, given_in: int, fetched_in: int) -> None:
    """Whatever the sizes of the file, of the part, and of the pieces in which its bytes come."""
    plain, key = urandom(size), FileKey.draw(FILE, "original")
    kept = await seal(key, plain, given_in)
    assert len(kept) == sealed_size(size)
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    assert await read(key, kept, size=size, start=start, end=end, piece=fetched_in) == plain[start:end]
    assert await read(key, kept, size=size, piece=fetched_in) == plain


@few
@given(st.data(), sizes)
async def test_any_changed_byte_is_found(data: st.DataObject, size: int) -> None:
    """Header, text and proof alike; and what came before the bad chunk is all that was told."""
    plain, key = urandom(size), FileKey.draw(FILE, "original")
    kept = bytearray(await seal(key, plain))
    place = data.draw(st.integers(0, len(kept) - 1))
    kept[place] ^= data.draw(st.integers(1, 255))

    def fetch(first: int, after: int) -> AsyncIterator[bytes]:
        return in_pieces(bytes(kept[first:after]), 1)

    told = io.BytesIO()
    with pytest.raises(DamagedFileError):
        await tell(told, opened(key, fetch, size=size))
    assert told.getvalue() == plain[: max(0, place - len(HEADER)) // (SMALL + PROOF) * SMALL]


@few
@given(st.data(), sizes)
async def test_what_is_cut_or_lengthened_is_found(data: st.DataObject, size: int) -> None:
    """Also where the row's size was made to agree with the cut."""
    plain, key = urandom(size), FileKey.draw(FILE, "original")
    kept = await seal(key, plain)
    cut = data.draw(st.integers(0, len(kept) - 1))
    with pytest.raises(DamagedFileError):
        await read(key, kept[:cut], size=size)
    for wrong in {data.draw(st.integers(0, 6 * SMALL)), size - size % SMALL, size + 1} - {size}:
        with pytest.raises(DamagedFileError):
            await read(key, kept, size=wrong)
        with pytest.raises(DamagedFileError):
            await read(key, kept[: sealed_size(wrong)], size=wrong)


async def test_more_than_was_asked_for_is_refused() -> None:
    """A store that answers a part with the whole is not believed."""
    key = FileKey.draw(FILE, "original")
    kept = await seal(key, bytes(100))
    for start, piece in ((0, 1000), (40, 7)):
        told = io.BytesIO()
        answer = in_pieces(kept, piece)
        with pytest.raises(DamagedFileError):
            await tell(told, opened(key, lambda _a, _b, a=answer: a, size=100, start=start, end=start + 5))
        assert not told.getvalue()


async def test_chunks_keep_their_place() -> None:
    """Two that changed places, one that stands twice, and one of a file sealed beside it are refused."""
    key, whole = FileKey.draw(FILE, "original"), SMALL + PROOF
    plain = bytes(4 * SMALL)
    kept, beside = await seal(key, plain), await seal(FileKey.draw(FILE, "original"), plain)

    def chunk(number: int, source: bytes = kept) -> bytes:
        start = len(HEADER) + number * whole
        return source[start : start + whole]

    for order in (
        [chunk(1), chunk(0), chunk(2), chunk(3)],
        [chunk(0), chunk(0), chunk(2), chunk(3)],
        [chunk(0), chunk(1), chunk(2), chunk(2)],
        [chunk(0), chunk(1, beside), chunk(2), chunk(3)],
    ):
        with pytest.raises(DamagedFileError):
            await read(key, HEADER + b"".join(order), size=len(plain))


async def test_a_file_is_its_own() -> None:
    """Under the same bytes of key it opens neither as another file nor in another role."""
    key = FileKey.draw(FILE, "original")
    kept = await seal(key, b"x" * 100)
    for foreign in (
        replace(key, file_id=OTHER),
        replace(key, role="copy"),
        FileKey.draw(FILE, "original"),
    ):
        with pytest.raises(DamagedFileError):
            await read(foreign, kept, size=100)


async def test_a_wrapped_key_opens_for_its_party_file_and_role() -> None:
    """And for no other; nor does a text of the party pass for a key, or a key for a text."""
    party, stranger = (CIPHER.new_party_key(UUID(int=number))[0] for number in (1, 2))
    key = FileKey.draw(FILE, "original")
    wrapped = key.wrapped(party)
    again = FileKey.unwrapped(party, wrapped, file_id=FILE, role="original")
    assert await read(again, await seal(key, b"abc"), size=3) == b"abc"
    for who, file_id, role in (
        (stranger, FILE, "original"),
        (party, OTHER, "original"),
        (party, FILE, "copy"),
    ):
        with pytest.raises(UndecipherableError):
            FileKey.unwrapped(who, wrapped, file_id=file_id, role=role)
    with pytest.raises(UndecipherableError):
        party.decrypt(wrapped, "file.original")
    with pytest.raises(UndecipherableError):
        FileKey.unwrapped(party, party.encrypt("x" * 32, "file.original"), file_id=FILE, role="original")
    for place in range(len(wrapped)):
        changed = wrapped[:place] + bytes([wrapped[place] ^ 1]) + wrapped[place + 1 :]
        with pytest.raises(UndecipherableError):
            FileKey.unwrapped(party, changed, file_id=FILE, role="original")


async def test_nothing_shows_through() -> None:
    """The same file sealed twice has no bytes in common but the header, and no key is told."""
    plain = b"A" * 200
    first, second = [await seal(FileKey.draw(FILE, "original"), plain) for _ in range(2)]
    assert first[: len(HEADER)] == second[: len(HEADER)] == HEADER
    assert first[len(HEADER) :][:16] != second[len(HEADER) :][:16]
    assert b"AAAA" not in first
    assert repr(FileKey.draw(FILE, "copy")) == f"FileKey(file_id={FILE!r}, role='copy')"


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (3, 2), (0, 11), (11, 11)])
async def test_there_is_no_such_part(start: int, end: int) -> None:
    """A range outside the file is the caller's mistake."""
    key = FileKey.draw(FILE, "original")
    kept = await seal(key, bytes(10))
    with pytest.raises(ValueError, match="no part"):
        await read(key, kept, size=10, start=start, end=end)


async def test_a_part_reads_its_own_chunks_alone() -> None:
    """Ten bytes from the middle of a file ask for one chunk, not for the file."""
    key = FileKey.draw(FILE, "original")
    plain = urandom(100 * SMALL)
    kept = await seal(key, plain)
    asked: list[tuple[int, int]] = []

    def fetch(first: int, after: int) -> AsyncIterator[bytes]:
        asked.append((first, after))
        return in_pieces(kept[first:after], 1000)

    start = 50 * SMALL + 3
    assert b"".join([out async for out in opened(key, fetch, size=len(plain), start=start, end=start + 10)])
    whole = SMALL + PROOF
    assert asked == [(len(HEADER) + 50 * whole, len(HEADER) + 51 * whole)]


async def test_a_large_file_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """50 MB are sealed from a file and opened again with some pieces in memory, never the whole."""
    monkeypatch.setattr(sealing, "CHUNK", CHUNK)
    size = 50 * MIB + 12345
    key = FileKey.draw(FILE, "original")
    kept = io.BytesIO()
    source = io.BytesIO(urandom(MIB) * 50 + urandom(12345))
    async for out in sealed(key, pieces_of(source)):
        kept.write(out)
    kept_size = kept.tell()
    assert kept_size == sealed_size(size)

    async def fetch(first: int, after: int) -> AsyncIterator[bytes]:
        kept.seek(first)
        while piece := kept.read(min(2 * MIB, after - kept.tell())):
            yield piece

    source.seek(0)
    tracemalloc.start()
    try:
        async for _ in sealed(key, pieces_of(source)):
            pass
        source.seek(0)
        async for out in opened(key, fetch, size=size):
            assert out == source.read(len(out))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not source.read()
    assert peak < 12 * MIB
