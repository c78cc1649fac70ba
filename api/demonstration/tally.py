"""Which mails should have come, and which came."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from api.demonstration.arrivals import Arrival


class Tally:
    """Counts mails by dossier; a mail that was sent again counts once, and one to a stranger not at all.

    Which of a dossier's addresses a notice goes to is decided when it is sent, so that any of them will do.
    """

    def __init__(self) -> None:
        self._addresses: dict[str, set[str]] = defaultdict(set)
        self._wanted: Counter[str] = Counter()
        self._arrived: Counter[str] = Counter()
        self._keys: set[str] = set()

    def know(self, code: str, address: str) -> None:
        """Note an address that came with a dossier."""
        self._addresses[code].add(address)

    def want(self, code: str) -> None:
        """Expect a mail for a notice of a dossier, where an address is known."""
        self._wanted[code] += bool(self._addresses.get(code))

    def add(self, arrivals: Iterable[Arrival]) -> None:
        """Count what has arrived."""
        for mail in arrivals:
            code = mail.dossier_code or ""
            expected = mail.channel == "email" and mail.to.lower() in self._addresses.get(code, ())
            if expected and mail.key not in self._keys:
                self._keys.add(mail.key)
                self._arrived[code] += 1

    @property
    def wanted(self) -> int:
        """How many mails there should be."""
        return self._wanted.total()

    @property
    def arrived(self) -> int:
        """How many of those there are: what is asked about a dossier that is over is none of them."""
        return (self._wanted & self._arrived).total()

    @property
    def missing(self) -> int:
        """How many mails never came."""
        return (self._wanted - self._arrived).total()
