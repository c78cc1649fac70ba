"""Where the blob store is, by the settings."""

from storage.errors import SettingsError
from storage.settings import StorageSettings
from storage.vault.blobs import Blobs


def open_blobs(settings: StorageSettings) -> Blobs:
    """Return the blob store: the bucket that is set, else a folder of ours. Raises SettingsError."""
    if not settings.vault_url:
        return Blobs.in_folder(settings.data_dir / "vault")
    try:
        return Blobs.at(settings.vault_url)
    except ValueError as error:
        raise SettingsError("TINDAN_VAULT_URL must be s3://…, gs://… or az://…") from error
