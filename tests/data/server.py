"""A file server on this machine that misbehaves on request."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Cut:
    """Send this many bytes of the answer's body, then close the connection."""

    after_bytes: int


@dataclass(frozen=True)
class Status:
    """Answer with this status and no file."""

    code: int


@dataclass(frozen=True)
class Instead:
    """Answer with this body, whole, whatever was asked for."""

    body: bytes
    with_length: bool = True


@dataclass(frozen=True)
class WrongRange:
    """Answer a range request with another range."""


@dataclass(frozen=True)
class Hang:
    """Accept the request and never answer."""


@dataclass(frozen=True)
class Slow:
    """Send this many bytes, and a few more at a time after ``goes_on`` is set."""

    goes_on: threading.Event
    after_bytes: int


SLOW_PIECE_BYTES = 256 * 1024
SLOW_PAUSE_S = 0.005  # 40 MB take most of a second: longer than anybody waits between two looks at the clock

Fault = Cut | Status | Instead | WrongRange | Hang | Slow


@dataclass
class FileServer:
    """Files by path; ``faults`` are used up one per request, None meaning none."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: deque[Fault | None] = field(default_factory=deque)
    ranges: bool = True
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """With a slash at the end."""
        return f"http://127.0.0.1:{self.port}/"


def _handler(state: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            state.requests.append((self.path, asked))
            fault = state.faults.popleft() if state.faults else None
            self.close_connection = True
            if isinstance(fault, Hang):
                state.closing.wait()
                return
            if isinstance(fault, Status):
                self.send_error(fault.code)
                return
            if isinstance(fault, Instead):
                self.send_response(200)
                if fault.with_length:
                    self.send_header("Content-Length", str(len(fault.body)))
                self.end_headers()
                self.wfile.write(fault.body)
                return
            body = state.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = 0
            if asked and state.ranges:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                told = start + 1 if isinstance(fault, WrongRange) else start
                self.send_header("Content-Range", f"bytes {told}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            if isinstance(fault, Slow):
                self.wfile.write(body[start : start + fault.after_bytes])
                self.wfile.flush()
                start += fault.after_bytes
                fault.goes_on.wait()
            end = start + fault.after_bytes if isinstance(fault, Cut) else len(body)
            piece_bytes = SLOW_PIECE_BYTES if isinstance(fault, Slow) else len(body)
            with suppress(ConnectionError):  # who asked may be gone
                for at in range(start, end, piece_bytes):
                    self.wfile.write(body[at : min(at + piece_bytes, end)])
                    if isinstance(fault, Slow):
                        state.closing.wait(SLOW_PAUSE_S)

        def do_HEAD(self) -> None:
            body = state.files.get(self.path)
            self.close_connection = True
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving() -> Iterator[FileServer]:
    """A running server."""
    state = FileServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(state)) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.closing.set()
            server.shutdown()
            thread.join()
