"""A set of keys, fetched from where it is published."""

import httpx

TIMEOUT_SECONDS = 10.0
LARGEST = 64 * 1024
"""In bytes."""
_OWN_MACHINE = {"127.0.0.1", "localhost", "::1"}


def fetch_key_set(address: str) -> str:
    """Return what is published at an address: by https, but on one's own machine; no redirect is followed.

    Raises:
        ValueError: it is no such address, answers with anything but 200, or with over 64 KiB.
        OSError: it can not be reached.
    """
    try:
        url = httpx.URL(address)
        if url.scheme != "https" and not (url.scheme == "http" and url.host in _OWN_MACHINE):
            raise ValueError("whoever is in between could put keys in place: give an https address")
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, headers={"accept-encoding": "identity"}) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"the answer is {answer.status_code}")
            body = b""
            for part in answer.iter_raw():
                body += part
                if len(body) > LARGEST:
                    raise ValueError("it is too large")
            return body.decode()
    except httpx.InvalidURL as error:
        raise ValueError("it is no address") from error
    except httpx.HTTPError as error:
        raise OSError(type(error).__name__) from error
