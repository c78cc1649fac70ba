"""A PostgreSQL for development that needs no installation: it comes in a wheel and lives in the data folder.

`EmbeddedPostgres` is what a process holds while it needs the database. Around one data folder there are

- **owners**: processes between `start` and `stop`; each shares the lock `owners.lock`,
- one **guardian**: a background process that starts the server again when it dies, and stops it when no owner
  is left; it holds `guardian.lock`,
- one **server**, whose processes hold `server.lock`.

Every lock goes with the process that holds it, even one killed by SIGKILL, so nothing depends on clean ends:
a server whose guardian was killed is found by the next start and gets a new guardian. The server listens on a
Unix socket in a private folder, never on TCP, and asks for a password.
"""

from storage.embedded.errors import EmbeddedPostgresError
from storage.embedded.owner import EmbeddedPostgres, running_url

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "running_url"]
