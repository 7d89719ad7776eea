"""What the tests of the wire package share: names, and a server written byte by byte."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import responses
from campaign_master_api import CampaignMasterClient

API = "https://cm.example.com/api/v1"
SECRETS = ("user-name-17", "pass-word-17", "client-id-17", "client-secret-17", "token-value-17")
LISTS = json.dumps({"currentPage": 1, "isLastPage": True, "lists": [{"id": 1, "name": "News"}]})
Answer = Callable[[socket.socket, int], None]


def lists(server: responses.RequestsMock, **headers: str) -> None:
    """Let the server answer `listLists`, with these headers."""
    server.get(f"{API}/lists", body=LISTS, content_type="application/json", headers=headers)


def in_seconds(seconds: float) -> datetime:
    """A moment from now, in whole seconds as headers tell it."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


def unix(moment: datetime) -> str:
    """The same as headers write it."""
    return str(int(moment.timestamp()))


def http_answer(body: bytes | str = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """The bytes of a complete answer with a JSON body."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


class RawServer:
    """A server on a loopback port whose answers are written by a function, byte by byte."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(2)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                while request := _read_request(connection):
                    self.requests.append(request)
                    self._answer(connection, len(self.requests))
        except OSError:
            connection.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


# What the fixtures `make_client` and `raw_server` are.
MakeClient = Callable[..., CampaignMasterClient]
StartServer = Callable[..., RawServer]
