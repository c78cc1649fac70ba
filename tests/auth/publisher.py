"""A server on loopback, with TLS and a certificate of its own, that publishes a client's keys."""

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "localhost"


class Publisher:
    """Answers with `body` and `status` until they are changed; counts the requests, and keeps the last."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.header = ""
        self.body = b""
        self.requests = 0
        self.last = b""
        self.url = ""
        self.asked = asyncio.Event()
        self.pause: asyncio.Event | None = None
        self.trust = ssl.create_default_context()

    def publish(self, document: Any) -> None:
        self.body = json.dumps(document).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.last = await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        self.asked.set()
        if self.pause is not None:
            await self.pause.wait()
        head = f"HTTP/1.1 {self.status}\r\ncontent-length: {len(self.body)}\r\n{self.header}connection: close\r\n\r\n"
        writer.write(head.encode() + self.body)
        try:
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, ssl.SSLError):
            pass  # a client that has read enough hangs up


@asynccontextmanager
async def publishing(folder: Path) -> AsyncIterator[Publisher]:
    """Run one; `trust` is what believes its certificate."""
    publisher = Publisher()
    key, certificate = _certificate()
    public = certificate.public_bytes(serialization.Encoding.PEM)
    chain = folder / "chain.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    publisher.trust = ssl.create_default_context(cadata=public.decode())
    server = await asyncio.start_server(publisher.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        publisher.url = f"https://{NAME}:{server.sockets[0].getsockname()[1]}/keys?of=portal"
        yield publisher


def _certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate
