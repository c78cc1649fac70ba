"""A worker process that does nothing but send through a channel that does nothing, when it is told to.

`python -m infra.bench.drain_process`: on each line that it reads it sends all that waits, as one of several,
and answers with a line of JSON: how many sends it claimed, and the seconds of CPU that this took.
"""

import asyncio
import json
import sys
import time

import uvloop

from api.parent import follow_parent
from api.services import make_cipher
from api.settings import Settings
from api.worker import AT_ONCE
from infra.bench import logs
from infra.bench.nothing import NothingChannel, settings
from notify.compose import Composer
from notify.dispatcher import Dispatcher
from notify.valve import Valve
from storage.engine import Engine
from storage.settling import settle
from storage.unit_of_work import UnitOfWork


async def run() -> None:
    """Send on demand until nobody asks any more."""
    storage = Settings().storage
    cipher, engine = make_cipher(storage), Engine(storage)
    composer, channel = Composer(settings(), cipher), NothingChannel()
    valve = Valve(channel.name)
    dispatchers = [
        Dispatcher(channel, composer, lambda: UnitOfWork(engine, cipher), valve=valve) for _ in range(AT_ONCE)
    ]
    settle()
    try:
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            begun = time.process_time()
            claimed = sum(await asyncio.gather(*(_exhaust(dispatcher) for dispatcher in dispatchers)))
            print(json.dumps({"claimed": claimed, "cpu": time.process_time() - begun}), flush=True)
    finally:
        await engine.dispose()


async def _exhaust(dispatcher: Dispatcher) -> int:
    claimed = 0
    while found := await dispatcher.run_once():
        claimed += found
    return claimed


if __name__ == "__main__":
    follow_parent()
    logs.to_stderr()
    uvloop.run(run())
