"""CBOR in its one deterministic form (RFC 8949, section 4.2.1), and no other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import cbor2

from storage.seals.errors import Fault, SealError

MOST_BYTES = 1024
"""Nothing longer is looked at. A seal has about 220 bytes."""
_DEEPEST = 3


class _NoTags(Mapping[int, Callable[..., NoReturn]]):
    """Refuses every tag, so that no stranger has us build regular expressions or numbers without end."""

    def __getitem__(self, tag: int) -> Callable[..., NoReturn]:
        def refuse(*_: object) -> NoReturn:
            raise ValueError(f"tag {tag}")

        return refuse

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


_NO_TAGS = _NoTags()


def encode(value: Any) -> bytes:
    """Return the one encoding of integers, bytes, texts, lists and maps of these."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> Any:
    """Return what `encode` wrote.

    Raises:
        SealError: `too_long`; `cbor` where it is none, is nested too deeply or holds a tag; or
            `not_deterministic` where it could have been written in another way, as with bytes behind it.
    """
    if len(data) > MOST_BYTES:
        raise SealError(Fault.TOO_LONG, f"{len(data)} bytes")
    try:
        value = cbor2.loads(
            data,
            semantic_decoders=_NO_TAGS,
            max_depth=_DEEPEST,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        again = encode(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise SealError(Fault.CBOR, "it can not be read") from error
    if again != data:
        raise SealError(Fault.NOT_DETERMINISTIC, "it is not in its shortest form, or more follows")
    return value
