"""The keys under which our own tokens are signed: elliptic curve P-256 (ES256, RFC 7518)."""

import json

from joserfc.jwk import ECKey, KeySet, KeySetSerialization

CURVE = "P-256"


def new_key() -> str:
    """Return a fresh private key in PEM."""
    return ECKey.generate_key(CURVE).as_pem(private=True).decode()


def read_keys(text: str) -> list[ECKey]:
    """Read a private key in PEM or JWK, or a JWK set of such keys.

    Raises ValueError, TypeError, KeyError or JoseError where it is anything else.
    """
    if text.lstrip().startswith("{"):
        given = json.loads(text)
        keys = [ECKey.import_key(item) for item in given.get("keys", [given])]
    else:
        keys = [ECKey.import_key(text)]
    if not keys:
        raise ValueError("the set is empty")
    for key in keys:
        if key.curve_name != CURVE or not key.is_private:
            raise ValueError("not a private key of the curve")
    return [_named(key) for key in keys]


def public_set(keys: list[ECKey]) -> KeySetSerialization:
    """Return the public halves as a JWK set (RFC 7517)."""
    return KeySet(list(keys)).as_dict(private=False)


def _named(key: ECKey) -> ECKey:
    # The thumbprint (RFC 7638) names a key, whatever its file called it: the same in every process.
    parts = {
        name: value for name, value in key.as_dict(private=True).items() if name not in {"kid", "key_ops"}
    }
    return ECKey.import_key(parts, {"use": "sig", "alg": "ES256", "kid": key.thumbprint()})
