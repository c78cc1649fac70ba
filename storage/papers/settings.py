"""Settings of papers: how large they may be, what examines them and whose signatures count."""

from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from pydantic import Field

from storage.errors import SettingsError
from storage.papers.limits import MIB, Limits
from storage.settings import StorageSettings


class PaperSettings(StorageSettings):
    """How files that agencies hand over are examined.

    Attributes:
        paper_max_mib: of one file, in MiB.
        paper_max_pages: of a PDF.
        paper_max_pixels: of a picture, and of each in a PDF.
        paper_workers: child processes that open files, started as they are needed; each takes about 100 MB of
            memory at rest.
        paper_seconds: that one file may take, in seconds of the clock.
        paper_memory_mib: that one file may take in a child, beyond what the child needs at rest.
        paper_queue: files that may wait for a child; beyond it the service says that it is busy.
        paper_jobs: files after which a child is replaced by a fresh one.
        paper_spool: folder of unlinked temporary files, of the size of `paper_max_mib` each; without it one
            in the data folder. It never holds a file that has a name.
        signature_roots: certificates of the authorities whose signatures count: a PEM file, or a folder of
            such files (`.pem`, `.crt`, `.cer`). Without it no signer is known.
    """

    paper_max_mib: Annotated[int, Field(ge=1, le=500)] = 50
    paper_max_pages: Annotated[int, Field(ge=1, le=20_000)] = 2000
    paper_max_pixels: Annotated[int, Field(ge=1_000_000, le=150_000_000)] = 100_000_000
    paper_workers: Annotated[int, Field(ge=1, le=32)] = 2
    paper_seconds: Annotated[float, Field(gt=0, le=300)] = 20
    paper_memory_mib: Annotated[int, Field(ge=128, le=16_384)] = 768
    paper_queue: Annotated[int, Field(ge=1, le=10_000)] = 64
    paper_jobs: Annotated[int, Field(ge=1)] = 500
    paper_spool: Path | None = None
    signature_roots: Path | None = None

    def limits(self) -> Limits:
        """Return the bounds of one examination."""
        return Limits(
            file_bytes=self.paper_max_mib * MIB, pages=self.paper_max_pages, pixels=self.paper_max_pixels
        )

    def spool_folder(self) -> Path:
        """Return the folder of temporary files, made if it is missing and readable by us alone."""
        folder = self.paper_spool or self.data_dir / "spool"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def root_certificates(self) -> tuple[bytes, ...]:
        """Return the roots of signatures as DER. Raises SettingsError when one can not be read."""
        if self.signature_roots is None:
            return ()
        try:
            found = [root for path in _pem_files(self.signature_roots) for root in _certificates(path)]
        except (OSError, ValueError) as error:
            raise SettingsError(f"TINDAN_SIGNATURE_ROOTS can not be read: {error}") from error
        if not found:
            raise SettingsError(
                f"TINDAN_SIGNATURE_ROOTS names {self.signature_roots}, which holds no certificate. "
                "Unset it where no signature is to be trusted"
            )
        return tuple(dict.fromkeys(found))


def _pem_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix.lower() in {".pem", ".crt", ".cer"})


def _certificates(path: Path) -> list[bytes]:
    return [found.public_bytes(Encoding.DER) for found in load_pem_x509_certificates(path.read_bytes())]
