"""A proxy that shows a server below a prefix and takes the prefix away, as JupyterHub's does.

It says that it is spoken to over HTTPS; browsers trust this machine without.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

PREFIX = "/hub/user/ana/proxy/8628"


class _Proxy(ThreadingTCPServer):
    daemon_threads = True
    behind: tuple[str, int] = ("", 0)
    strays: list[str]


class _OneRequest(StreamRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        asked = self.rfile.readline().decode()
        if not asked:  # browsers open connections for later
            return
        method, path, version = asked.split(" ", 2)
        head = [line for line in iter(self.rfile.readline, b"\r\n") if line]
        if not path.startswith(PREFIX + "/"):
            self.server.strays.append(path)
            self.wfile.write(
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\nConnection: close\r\n\r\nhub: no such page"
            )
            return
        if not any(line.lower().startswith(b"upgrade:") for line in head):
            # One request a connection, so that each has its prefix taken away.
            head = [line for line in head if not line.lower().startswith(b"connection:")]
            head.append(b"Connection: close\r\n")
        head.append(b"X-Forwarded-Proto: https\r\n")
        with socket.create_connection(self.server.behind) as app:
            first = f"{method} {path.removeprefix(PREFIX)} {version}".encode()
            app.sendall(b"".join((first, *head, b"\r\n")))
            threading.Thread(target=self._pass_on, args=(app,), daemon=True).start()
            with suppress(OSError):  # the browser may be gone
                while answer := app.recv(65536):
                    self.wfile.write(answer)

    def _pass_on(self, app: socket.socket) -> None:
        with suppress(OSError, ValueError):  # either may be gone
            while more := self.rfile.read1(65536):
                app.sendall(more)


@contextmanager
def below_prefix(address: str) -> Iterator[tuple[str, list[str]]]:
    """Where the server at ``address`` is seen, and a list that gets what is asked for outside the prefix."""
    place = urlsplit(address)
    with _Proxy(("localhost", 0), _OneRequest) as proxy:
        proxy.behind, proxy.strays = (str(place.hostname), int(place.port or 0)), []
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://localhost:{proxy.server_address[1]}{PREFIX}", proxy.strays
        proxy.shutdown()
