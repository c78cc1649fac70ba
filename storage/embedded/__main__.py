"""Runs the guardian of one data folder: `python -m storage.embedded DATA_DIR`."""

import logging
import sys
from pathlib import Path

from storage.embedded.errors import EmbeddedPostgresError
from storage.embedded.guardian import run_guardian

try:
    run_guardian(Path(sys.argv[1]))
except EmbeddedPostgresError as error:
    logging.getLogger(__name__).critical("%s", error)
    sys.exit(1)
