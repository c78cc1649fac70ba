"""Key pairs, generated once per state directory, or once per process without one."""

import os
import pathlib

from joserfc.jwk import RSAKey

BITS = 2048


def rsa_key(state_dir: pathlib.Path | None, name: str) -> RSAKey:
    """Return the RSA key pair of that name, generating it when it is not there yet.

    Args:
        state_dir: Where key pairs are kept, created when missing; None keeps nothing.
        name: File name without its ending.
    """
    if state_dir is None:
        return _generate()
    path = state_dir / f"{name}.pem"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        _write_private(path, _generate().as_pem(private=True))
    return RSAKey.import_key(path.read_bytes())


def _generate() -> RSAKey:
    return RSAKey.generate_key(BITS, private=True)


def _write_private(path: pathlib.Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
