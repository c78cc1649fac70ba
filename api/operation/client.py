"""`tindan client`: clients of the API for agencies' systems, generated from what it says of itself."""

import io
import json
import shutil
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.operation.client_document import for_agencies
from storage.errors import StorageError

PACKAGE = "tindan_client"
LAYER = Path(__file__).resolve().parents[2] / "infra" / "client"
"""What is written by hand: it goes into each client as it is. Part of a checkout, and not of the package."""


class NoClientError(StorageError):
    """A client can not be generated; the message says why, and what helps."""


def write_python(document: Mapping[str, Any], folder: Path) -> None:
    """Write a project into a new or empty folder: generated functions, and `door` beside them.

    Raises:
        NoClientError: the folder holds something, the generator is not installed, or there is a route that
            it makes nothing of.
        OSError: it can not be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NoClientError(f"{folder} is not empty: name another folder")
    if not LAYER.is_dir():
        raise NoClientError("a client is generated from a checkout: infra/client is missing")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as place:
        made = Path(place) / "made"
        made.mkdir()
        _generate(for_agencies(document), Path(place) / "openapi.json", made / PACKAGE)
        shutil.copytree(LAYER / "door", made / PACKAGE / "door", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(LAYER / "README.md", made)
        project = (LAYER / "pyproject.toml.template").read_text("utf-8")
        (made / "pyproject.toml").write_text(project.replace("{version}", version("tindan")), "utf-8")
        (made / PACKAGE / "py.typed").touch()
        if folder.exists():
            folder.rmdir()
        made.rename(folder)


def _generate(document: Mapping[str, Any], source: Path, target: Path) -> None:
    try:
        import openapi_python_client as generator
        from openapi_python_client.config import Config, ConfigFile, MetaType
    except ImportError as error:
        message = "the generator is not installed. Run: pip install openapi-python-client"
        raise NoClientError(message) from error
    source.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    config = Config.from_sources(
        ConfigFile(post_hooks=[], content_type_overrides={"text/csv": "application/octet-stream"}),
        MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=False,
        output_path=target,
    )
    with redirect_stdout(io.StringIO()):  # where it writes is for us to say
        faults = generator.generate(config=config)
    if faults:
        # What it warns of it leaves out: a client without a route would be found out by an integrator.
        told = "\n        ".join(f"{fault.header} {fault.detail or ''}".strip() for fault in faults)
        raise NoClientError(f"the generator leaves something out:\n        {told}")
