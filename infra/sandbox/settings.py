"""What a sandbox is told when it starts."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the sandbox listens and whom it knows.

    Attributes:
        host: Address of both listeners.
        http_port: TCP port of the HTTP listener; 0 lets the system choose.
        smtp_port: TCP port of the mail sink; 0 lets the system choose.
        public_url: How others reach the HTTP listener; None means its own address.
        api_url: The TinDan API that the app signs in to, without a slash at the end.
        state_dir: Where generated keys outlive the process; None keeps them in memory.
        idp_client_secret: Secret of the one relying party `tindan`.
        journal: Where arrivals outlive the process; None keeps them in memory.
    """

    host: str
    http_port: int
    smtp_port: int
    public_url: str | None
    api_url: str
    state_dir: pathlib.Path | None
    idp_client_secret: str
    journal: pathlib.Path | None = None

    def __post_init__(self) -> None:
        for port in (self.http_port, self.smtp_port):
            if not 0 <= port <= 65535:
                raise ValueError(f"{port} is no TCP port")
        if not self.idp_client_secret:
            raise ValueError("the secret of the relying party is empty")
