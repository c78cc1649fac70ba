"""A process that keeps a key to itself and signs over a socket, as a security module or a service of keys would.

Run as a program: draws a key, listens on the Unix socket that is named, prints the public half, and answers each
message (its length in 4 bytes, then the message) with 64 bytes, until its input ends.
"""

import json
import socket
import sys
import threading

from joserfc.jwk import ECKey

from storage.seals import es256
from storage.signing import new_key, read_keys

WIDTH = 4


def serve(path: str) -> None:
    key = read_keys(new_key())[0]
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        threading.Thread(target=_answer, args=(listening, key), daemon=True).start()
        sys.stdout.write(f"{json.dumps(key.as_dict(private=False))}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _answer(listening: socket.socket, key: ECKey) -> None:
    while True:
        caller, _ = listening.accept()
        with caller, caller.makefile("rb") as asked:
            message = asked.read(int.from_bytes(asked.read(WIDTH)))
            caller.sendall(es256.sign(key.private_key, message))


if __name__ == "__main__":
    serve(sys.argv[1])
