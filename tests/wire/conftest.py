"""Clients, a mocked Campaign Master, and real sockets that misbehave on demand."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import responses
import yaml

from campaign_master_api import (
    CampaignFields,
    CampaignMasterClient,
    Credentials,
    RetryPolicy,
    Token,
)

API = "https://cm.example.com/api/v1"
SECRETS = ("user-name-17", "pass-word-17", "client-id-17", "client-secret-17", "token-value-17")
Answer = Callable[[socket.socket, int], None]


@pytest.fixture(autouse=True)
def no_proxy_or_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the machine's environment says, each test begins without it."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    for name in (*names, *(name.upper() for name in names)):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    path = Path(__file__).parents[2] / "contract" / "campaign-master-api.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(f"{API}/authenticate", json={"token": "token-value-17"})
        yield mock


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(*SECRETS[:4])


@pytest.fixture
def token() -> Token:
    return Token(SECRETS[4], datetime.now(timezone.utc) + timedelta(hours=1))


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client would have slept."""
    return []


@pytest.fixture
def make_client(
    credentials: Credentials, token: Token, waits: list[float]
) -> Iterator[Callable[..., CampaignMasterClient]]:
    """A client that is logged in and does not really sleep, unless arguments say otherwise."""
    clients = []

    def make(url: str = "https://cm.example.com", **arguments: Any) -> CampaignMasterClient:
        retry = RetryPolicy(sleep=waits.append, random=lambda: 1.0)
        merged = {"token": token, "retry": retry, **arguments}
        clients.append(CampaignMasterClient(url, merged.pop("credentials", credentials), **merged))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., CampaignMasterClient]) -> CampaignMasterClient:
    return make_client()


@pytest.fixture
def fields() -> CampaignFields:
    return CampaignFields(
        external_id="reference-1",
        name="Spring",
        subject="Spring",
        description="First mailing",
        from_name="Sales",
        from_email="sales@example.com",
        template_id=7,
    )


@pytest.fixture
def campaign_json() -> dict[str, Any]:
    return {
        "id": 5,
        "externalId": "reference-1",
        "name": "Spring",
        "subject": "Spring",
        "status": "draft",
        "sentAt": None,
        "templateId": 7,
    }


def http_answer(body: bytes | str = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """The bytes of a complete answer with a JSON body."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


LISTS = json.dumps({"currentPage": 1, "isLastPage": True, "lists": [{"id": 1, "name": "News"}]})


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


@pytest.fixture
def raw_server() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def start(answer: Answer | bytes, context: ssl.SSLContext | None = None) -> RawServer:
        def send(connection: socket.socket, number: int) -> None:
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(connection, number)

        servers.append(RawServer(send, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
