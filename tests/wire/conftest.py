"""Clients, a mocked Campaign Master, and servers that misbehave on demand."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from campaign_master_api import (
    CampaignFields,
    CampaignMasterClient,
    Credentials,
    RetryPolicy,
    Token,
)
from hypothesis import HealthCheck, settings
from wire_contract import load_contract
from wire_support import API, SECRETS, Answer, RawServer

# How fast examples come tells of the machine's load, not of the package.
settings.register_profile(
    "loaded machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("loaded machine")


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
    return load_contract()


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
    return Token(SECRETS[4], datetime.now(UTC) + timedelta(hours=1))


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
        template_id="7",
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
