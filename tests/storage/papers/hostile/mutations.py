"""Ways in which a good file goes wrong, by accident and by design. Each is a function of chance alone."""

import random
import re
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes, bytes], bytes]
"""Makes a bad file of a good one and of another good one, which it may take parts of."""

_NUMBER = re.compile(rb"(?<![\d.])\d{1,10}(?![\d.])")
_NAME = re.compile(rb"/[A-Za-z]{2,}")
_ODD_NUMBERS = (b"0", b"-1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999", b"1e9", b"nan")
_PLACES = re.compile(rb"\d{10} \d{5} n|startxref\s+\d+|/Length \d+|/Prev \d+|/Size \d+")


def _part(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = chance.randrange(len(content))
    return start, min(len(content), start + chance.randint(1, max(2, len(content) // 3)))


def flip_bits(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Turn a few bits over, as bad lines and disks do."""
    changed = bytearray(content)
    for _each in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def truncate(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Break off, as uploads do."""
    return content[: chance.randrange(1, len(content))]


def behead(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Lose a little of the beginning."""
    return content[chance.randint(1, 64) :]


def cut_out(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Lose a part in the middle."""
    start, end = _part(chance, content)
    return content[:start] + content[end:]


def repeat(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Have a part twice."""
    start, end = _part(chance, content)
    return content[:end] + content[start:end] * chance.randint(1, 20) + content[end:]


def splice(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Have a part of another file in it."""
    at, (start, end) = chance.randrange(len(content)), _part(chance, other)
    return content[:at] + other[start:end] + content[at:]


def graft(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Go on as another file."""
    return content[: chance.randrange(1, len(content))] + other[chance.randrange(len(other)) :]


def follow(_: random.Random, content: bytes, other: bytes) -> bytes:
    """Have a whole other file behind it."""
    return content + other


def blank(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Have a part that was never written, as after a lost block of a disk."""
    start, end = _part(chance, content)
    return content[:start] + chance.choice((b"\0", b"\xff", b" ")) * (end - start) + content[end:]


def misplace(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Say wrongly where in a PDF something is, or how long."""
    found = list(_PLACES.finditer(content))
    if not found:
        return blank(chance, content, other)
    for place in chance.sample(found, min(len(found), chance.randint(1, 3))):
        text = re.sub(
            rb"\d+",
            lambda digits: b"%0*d" % (len(digits[0]), chance.randrange(10 ** len(digits[0]))),
            place[0],
        )
        content = content[: place.start()] + text + content[place.end() :]
    return content


def miscount(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Have an absurd number for a sensible one."""
    found = list(_NUMBER.finditer(content))
    if not found:
        return flip_bits(chance, content, other)
    place = chance.choice(found)
    return content[: place.start()] + chance.choice(_ODD_NUMBERS) + content[place.end() :]


def rename(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Have one name of a PDF stand for another everywhere."""
    names = sorted(set(_NAME.findall(content)))
    if len(names) < 2:
        return cut_out(chance, content, other)
    one, another = chance.sample(names, 2)
    return content.replace(one, another)


def redirect(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Have references of a PDF lead elsewhere, often in circles."""
    references = sorted(set(re.findall(rb"\b\d{1,3} 0 R\b", content)))
    if len(references) < 2:
        return splice(chance, content, other)
    one, another = chance.sample(references, 2)
    return content.replace(one, another.ljust(len(one)))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, flip_bits, truncate, behead, cut_out, repeat, splice, graft, follow, blank, misplace, miscount,
    rename, redirect,
)  # fmt: skip
