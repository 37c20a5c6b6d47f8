"""The server's sockets send at once."""

import os
import socket

import psutil


def send_at_once() -> None:
    """Switch Nagle's algorithm off for every connection to this process's listening TCP sockets.

    Streamlit 1.67 binds its socket without naming the protocol, for which reason
    asyncio leaves the algorithm on (https://github.com/Kludex/uvicorn/issues/3149):
    all that follows a first small packet, the body of an HTTP response or the next
    message of a websocket, then waits up to 40 ms for the browser's delayed
    acknowledgement. Accepted connections inherit the option on Linux and macOS.
    """
    for connection in psutil.Process().net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.fd >= 0:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
