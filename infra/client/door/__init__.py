"""The way in to TinDan for an agency's system: signing in, patience, and events that are never lost.

Needs `httpx` alone. The generated functions beside it go the same way, once their client is made by it:

    from tindan_client import Client, door

    here = door.Door("https://api.example.vn", client_id="h26-gateway", client_secret=secret)
    client = Client(base_url=here.base_url, httpx_args=here.httpx_args())
"""

from .events import Events, Result, named
from .opening import Door
from .refusals import Refused
from .retrying import Patience
from .spool import Spool

__all__ = ["Door", "Events", "Patience", "Refused", "Result", "Spool", "named"]
