"""The keys of agencies' clients: what may be one, and how a set is fetched from its address."""

import asyncio
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from auth.bounded import PLAIN, bound
from auth.cached import Cached

log = structlog.get_logger(__name__)
ALGORITHMS = ("ES256", "RS256", "PS256")
MOST_KEYS = 16
LARGEST_SET = 64 * 1024
"""In bytes."""
RSA_BITS = range(2048, 4097)
TIMEOUT_SECONDS = 5.0
LIFE_SECONDS = 600.0
PAUSE_SECONDS = 30.0
MOST_ADDRESSES = 1_000
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_TUNNELS = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)
"""Prefixes of IPv6 behind which an address of IPv4 is reached, which may be any."""

Key = ECKey | RSAKey
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def read_key_set(document: Any) -> tuple[Key, ...]:
    """Return the keys of a JWK set (RFC 7517, section 5) under which an assertion may be signed.

    Keys of other kinds, for other uses, and RSA keys of fewer than 2048 or more than 4096 bits are passed
    over, as the RFC has it.

    Raises:
        ValueError: it is no set, holds over 16 keys or a secret one, or none that can be used.
    """
    given = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise ValueError('it is no JWK set, {"keys": [...]}')
    if len(given) > MOST_KEYS:
        raise ValueError(f"it holds over {MOST_KEYS} keys")
    if any(_PRIVATE & one.keys() for one in given):
        raise ValueError("it holds a secret key: publish the public half alone, and take new keys")
    keys = tuple(key for one in given if (key := _usable(one)) is not None)
    if not keys:
        raise ValueError("it holds no P-256 or RSA key (2048 to 4096 bits) for signatures")
    return keys


def _usable(given: Mapping[str, Any]) -> Key | None:
    if given.get("use", "sig") != "sig" or given.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    if "verify" not in given.get("key_ops", ["verify"]):
        return None
    try:
        if given.get("kty") == "EC" and given.get("crv") == "P-256":
            return ECKey.import_key(dict(given))
        if given.get("kty") == "RSA" and base64_to_int(given["n"]).bit_length() in RSA_BITS:
            return RSAKey.import_key(dict(given))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def checked_url(text: str) -> str:
    """Return an address at which a client may publish its keys. Raises ValueError."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError("it is no address") from error
    if url.scheme != "https" or not url.host or url.userinfo or url.fragment:
        raise ValueError("it must be an https address without user name and fragment")
    return str(url)


def is_public(address: IpAddress) -> bool:
    """Whether an address is of the open internet, and not of this house or its neighbours."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast


def callable_one(
    addresses: Sequence[IpAddress], reaches: Callable[[IpAddress], bool] = is_public
) -> IpAddress:
    """Return the address to be called of those that a name has, all of which may be.

    Raises:
        ValueError: one may not, or there is none.
    """
    if not addresses or not all(reaches(address) for address in addresses):
        raise ValueError("an address that is not public")
    return addresses[0]


class ClientKeys:
    """Key sets that clients publish, each kept for ten minutes.

    An address was registered by an operator, but where its name leads is its owner's to say at any time. So
    the name is looked up here, every address that it has must be public, and it is that address which is
    called: a name can not lead into our own network. There is no redirect and no proxy,
    nothing comes packed, and it is 64 KiB and 5 s at most.

    Args:
        reaches: which addresses may be called.
        trust: certificates that are trusted; those of the system by default.
        now: seconds, ascending.
    """

    def __init__(
        self,
        *,
        reaches: Callable[[IpAddress], bool] = is_public,
        trust: ssl.SSLContext | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reaches = reaches
        self._trust = trust
        self._now = now
        self._sets: dict[str, Cached[tuple[Key, ...]]] = {}

    async def of(self, urls: Iterable[str], *, anew: bool = False) -> tuple[Key, ...]:
        """Return the keys at these addresses; one that can not be read has none.

        Hold no database connection meanwhile.

        Args:
            urls: where they are.
            anew: fetch them again, but not within 30 s of the last time.
        """
        sets = [self._set(url) for url in urls]
        found = await asyncio.gather(*[one.renew() if anew else one.get() for one in sets])
        return tuple(key for keys in found for key in keys)

    def _set(self, url: str) -> Cached[tuple[Key, ...]]:
        if url not in self._sets:
            if len(self._sets) >= MOST_ADDRESSES:
                self._sets.pop(next(iter(self._sets)))
            self._sets[url] = Cached(
                lambda: self._read(url), life=LIFE_SECONDS, pause=PAUSE_SECONDS, now=self._now
            )
        return self._sets[url]

    async def _read(self, url: str) -> tuple[Key, ...]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return read_key_set(json.loads(await self._fetch(httpx.URL(url))))
        except (httpx.HTTPError, OSError, ValueError, RecursionError) as error:
            # No keys are an answer, too, and kept like others: who asks again does not make us ask again.
            log.warning("client_keys_unreadable", host=httpx.URL(url).host, error=type(error).__name__)
            return ()

    async def _fetch(self, url: httpx.URL) -> bytes:
        address = await self._address(url.host, url.port or 443)
        self._trust = self._trust or ssl.create_default_context()
        async with (
            httpx.AsyncClient(
                verify=self._trust,
                trust_env=False,
                timeout=TIMEOUT_SECONDS,
                headers=PLAIN,
                event_hooks={"response": [bound]},
            ) as client,
            client.stream(
                "GET",
                url.copy_with(host=str(address)),
                headers={"host": url.netloc.decode("ascii"), "accept": "application/json"},
                # The certificate must be that of the name, though it is the address that is called.
                extensions={"sni_hostname": url.host},
            ) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError("another answer than 200")
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST_SET:
                    raise ValueError("too large")
            return body

    async def _address(self, host: str, port: int) -> IpAddress:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return callable_one([ipaddress.ip_address(place[0]) for *_, place in found], self._reaches)
