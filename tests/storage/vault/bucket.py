"""A bucket that speaks enough of S3 for a store to be told about: uploads in parts, ranges, listings."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

PUT_AT = "2026-11-22T09:00:00.000Z"


class Bucket(ThreadingHTTPServer):
    """What is in it, and what was asked of it.

    Attributes:
        objects: by path.
        uploads: those under way: their parts by number.
        broken: the status that it answers with instead, where one is set.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.largest_part = 0
        self.broken: int | None = None


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query, True).items()}
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.server.broken:
            self._say(self.server.broken)
        elif "uploads" in asked or "uploadId" in asked:
            self._upload(address.path, asked, body)
        elif "list-type" in asked:
            self._list(address.path, asked)
        elif self.command == "POST":
            self._delete(address.path, body.decode())
        else:
            self._read(self.server.objects.get(address.path))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - named by http.server

    def _upload(self, path: str, asked: dict[str, str], body: bytes) -> None:
        uploads = self.server.uploads
        if "uploads" in asked:
            name = uuid4().hex
            uploads[name] = {}
            self._say(200, f"<R><Bucket>b</Bucket><Key>k</Key><UploadId>{name}</UploadId></R>".encode())
        elif self.command == "PUT":
            uploads[asked["uploadId"]][int(asked["partNumber"])] = body
            self.server.largest_part = max(self.server.largest_part, len(body))
            self._say(200, etag='"part"')
        elif self.command == "DELETE":
            del uploads[asked["uploadId"]]
            self._say(204)
        else:
            parts = uploads.pop(asked["uploadId"])
            self.server.objects[path] = b"".join(parts[number] for number in sorted(parts))
            self._say(200, b"<R><ETag>whole</ETag></R>")

    def _list(self, root: str, asked: dict[str, str]) -> None:
        start = f"{root}/{asked.get('prefix', '')}"
        found = sorted(path for path in self.server.objects if path.startswith(start))
        folders = {path[: path.index("/", len(start)) + 1] for path in found if "/" in path[len(start) :]}
        whole = len(root) + 1
        if asked.get("delimiter"):
            told = "".join(
                f"<CommonPrefixes><Prefix>{escape(one[whole:])}</Prefix></CommonPrefixes>" for one in folders
            )
        else:
            told = "".join(
                f"<Contents><Key>{escape(path[whole:])}</Key><LastModified>{PUT_AT}</LastModified>"
                f"<Size>{len(self.server.objects[path])}</Size><ETag>x</ETag></Contents>"
                for path in found
            )
        self._say(200, f"<R><IsTruncated>false</IsTruncated>{told}</R>".encode())

    def _delete(self, root: str, body: str) -> None:
        told = ""
        for name in re.findall("<Key>(.*?)</Key>", body):
            self.server.objects.pop(f"{root}/{name}", None)
            told += f"<Deleted><Key>{name}</Key></Deleted>"
        self._say(200, f"<DeleteResult>{told}</DeleteResult>".encode())

    def _read(self, found: bytes | None) -> None:
        if found is None:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        known = {"etag": '"x"', "last-modified": "Sun, 22 Nov 2026 09:00:00 GMT"}
        part = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        if part is None:
            self._say(200, found, **known)
        elif (start := int(part[1])) >= len(found):
            self._say(416)
        else:
            end = min(int(part[2]) + 1, len(found))
            self._say(
                206, found[start:end], **known, **{"content-range": f"bytes {start}-{end - 1}/{len(found)}"}
            )

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def open_bucket() -> Iterator[Bucket]:
    """Run one in a thread."""
    with Bucket() as bucket:
        thread = threading.Thread(target=bucket.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield bucket
        finally:
            bucket.shutdown()
            thread.join()
