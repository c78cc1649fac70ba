"""Who signs display copies: the system's own certificate, whose key never enters the process that draws."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notary:
    """Signs the display copies.

    Attributes:
        certificates: in DER; the signer's own first, then those between it and the root.
        sign: signs the bytes themselves (not their hash) with SHA-256: for an elliptic curve it returns the
            DER `ECDSA-Sig-Value` (RFC 3279), for RSA a PKCS#1 v1.5 signature (RFC 8017).
    """

    certificates: tuple[bytes, ...]
    sign: Callable[[bytes], bytes]
