"""Real sockets: time-outs, slow drips, broken connections, certificates, proxies, sizes."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest
import requests
from campaign_master_api import (
    NO_RETRY,
    CampaignFields,
    CampaignMasterClient,
    ConnectionFailed,
    Credentials,
    HostNotFound,
    NoAnswer,
    NotCampaignMaster,
    Timeouts,
)
from wire_support import LISTS, MakeClient, StartServer, http_answer

SHORT = Timeouts(connect=0.5, read=0.3, total=10.0)
DRIPPING = Timeouts(connect=5.0, read=5.0, total=0.6)


@pytest.fixture
def once(make_client: MakeClient) -> Callable[[str], CampaignMasterClient]:
    """A client that repeats nothing and waits briefly."""
    return lambda url: make_client(url, retry=NO_RETRY, timeouts=SHORT)


def drip(connection: socket.socket, content: bytes, stopping: threading.Event) -> None:
    for byte in content:
        if stopping.wait(0.05):
            return
        connection.sendall(bytes([byte]))


def test_connections_are_used_again(raw_server: StartServer, make_client: MakeClient) -> None:
    server = raw_server(http_answer(LISTS))
    client = make_client(server.url)
    for _ in range(3):
        assert [entry.id for entry in client.iter_lists()] == ["1"]
    assert len(server.requests) == 3
    assert server.connections == 1


def test_a_server_that_says_nothing(
    raw_server: StartServer, once: Callable[[str], CampaignMasterClient]
) -> None:
    server = raw_server(lambda connection, number: server.stopping.wait(5) and None)
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=r"did not answer within 0\.3 seconds") as caught:
        list(once(server.url).iter_lists())
    assert time.monotonic() - began < 2
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("part", ["status line", "headers", "body", "chunks"])
def test_a_slow_drip_is_bounded_as_a_whole(
    raw_server: StartServer, make_client: MakeClient, part: str
) -> None:
    def answer(connection: socket.socket, number: int) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        quick, slow = {
            "status line": (b"", head),
            "headers": (head, b"X-Header: 1\r\n" * 5),
            "body": (head + b"Content-Length: 1000000\r\n\r\n", b" " * 60),
            "chunks": (head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 10),
        }[part]
        connection.sendall(quick)
        drip(connection, slow, server.stopping)

    server = raw_server(answer)
    client = make_client(server.url, retry=NO_RETRY, timeouts=DRIPPING)
    began = time.monotonic()
    with pytest.raises(
        NoAnswer, match=r"did not complete its answer within 0\.6 seconds"
    ) as caught:
        list(client.iter_lists())
    assert time.monotonic() - began < 2
    assert caught.value.outcome_unknown


def test_a_drip_that_ends_in_time_is_an_answer(
    raw_server: StartServer, make_client: MakeClient
) -> None:
    server = raw_server(
        lambda connection, number: (
            [
                (connection.sendall(part), time.sleep(0.1))
                for part in (b"HTTP/1.1 200 OK\r\nContent-", http_answer(LISTS)[17 + 8 :])
            ]
            and None
        )
    )
    client = make_client(server.url, retry=NO_RETRY, timeouts=Timeouts(total=5.0))
    assert [entry.id for entry in client.iter_lists()] == ["1"]


def test_a_time_out_is_repeated_and_then_told(
    raw_server: StartServer, make_client: MakeClient
) -> None:
    server = raw_server(lambda connection, number: server.stopping.wait(5) and None)
    client = make_client(server.url, timeouts=SHORT)
    with pytest.raises(NoAnswer):
        list(client.iter_lists())
    assert client.calls == len(server.requests) == 3


def hang_up(connection: socket.socket, *, reset: bool = False) -> None:
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    else:
        connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("sent", [0, 9, 40, len(http_answer(LISTS)) - 1])
@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_that_breaks_is_repeated(
    raw_server: StartServer, make_client: MakeClient, sent: int, reset: bool
) -> None:
    def answer(connection: socket.socket, number: int) -> None:
        whole = http_answer(LISTS)
        connection.sendall(whole if number == 3 else whole[:sent])
        if number < 3:
            hang_up(connection, reset=reset)

    server = raw_server(answer)
    client = make_client(server.url)
    assert [entry.id for entry in client.iter_lists()] == ["1"]
    assert client.calls == 3


def test_a_connection_that_breaks_after_sending_leaves_the_outcome_unknown(
    raw_server: StartServer, make_client: MakeClient, fields: CampaignFields
) -> None:
    server = raw_server(lambda connection, number: hang_up(connection))
    client = make_client(server.url)
    with pytest.raises(ConnectionFailed, match="broke") as caught:
        client.create_campaign(fields)
    assert caught.value.outcome_unknown
    assert client.calls == len(server.requests) == 1


def test_a_refused_connection_leaves_no_doubt(
    make_client: MakeClient, fields: CampaignFields
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed, match="cannot be reached: Connection refused") as caught:
        make_client(f"http://127.0.0.1:{port}").create_campaign(fields)
    assert not caught.value.outcome_unknown


def test_the_callers_own_error_is_not_taken_for_the_clients(
    raw_server: StartServer, make_client: MakeClient, fields: CampaignFields
) -> None:
    def answer(connection: socket.socket, number: int) -> None:
        connection.sendall(http_answer(LISTS)[:-1])
        hang_up(connection)

    server = raw_server(answer)
    try:
        raise ConnectionRefusedError(111, "an earlier failure of the caller")
    except ConnectionRefusedError:
        with pytest.raises(ConnectionFailed) as caught:
            make_client(server.url).create_campaign(fields)
    assert caught.value.outcome_unknown


def test_a_full_queue_of_connections_is_a_time_out_that_sent_nothing(
    once: Callable[[str], CampaignMasterClient], fields: CampaignFields
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        with pytest.raises(NoAnswer, match=r"accept a connection within 0\.5 seconds") as caught:
            once(f"http://127.0.0.1:{port}").create_campaign(fields)
        for client in waiting:
            client.close()
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("answers", ["never", "with addresses that don't"])
def test_looking_up_and_connecting_are_bounded_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
    once: Callable[[str], CampaignMasterClient],
    fields: CampaignFields,
    answers: str,
) -> None:
    """The host has eight addresses, none of which accepts a connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)

        def look_up(*_arguments: object, **_keywords: object) -> list[tuple[object, ...]]:
            time.sleep(4 if answers == "never" else 0)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)] * 8

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        began = time.monotonic()
        with pytest.raises(NoAnswer, match=r"accept a connection within 0\.5 sec") as caught:
            once("https://api.example.com").create_campaign(fields)
        seconds = time.monotonic() - began
        for client in waiting:
            client.close()
    assert seconds < 2
    assert not caught.value.outcome_unknown


def test_a_host_that_does_not_exist(make_client: MakeClient, fields: CampaignFields) -> None:
    with pytest.raises(HostNotFound, match=r"no-such-host\.invalid was not found") as caught:
        make_client("https://no-such-host.invalid").create_campaign(fields)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    "noise",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 99999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}\r\n",
    ],
)
def test_noise_is_a_failed_connection(
    raw_server: StartServer, once: Callable[[str], CampaignMasterClient], noise: bytes
) -> None:
    def answer(connection: socket.socket, number: int) -> None:
        connection.sendall(noise)
        hang_up(connection)

    with pytest.raises((ConnectionFailed, NotCampaignMaster)):
        list(once(raw_server(answer).url).iter_lists())


def test_a_session_of_the_callers_own_stays_open(raw_server: StartServer) -> None:
    closed: list[str] = []

    class OwnSession(requests.Session):
        def close(self) -> None:
            closed.append("closed")

    server = raw_server(http_answer('{"token": "abc"}'))
    session = OwnSession()
    with CampaignMasterClient(server.url, Credentials("a", "b"), session=session) as client:
        assert client.authenticate().value == "abc"
    assert closed == []
    requests.Session.close(session)


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side of a connection closes it within a few seconds."""
    connection.settimeout(5)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_closed_client_leaves_no_connection_open(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make_client(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answered = threading.Thread(target=lambda: list(client.iter_lists()))
        answered.start()
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(http_answer(LISTS))
            answered.join(5)
            client.close()
            assert is_closed(connection)


def test_a_connection_that_comes_too_late_is_closed(
    monkeypatch: pytest.MonkeyPatch, once: Callable[[str], CampaignMasterClient]
) -> None:
    given_up = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()

        def look_up(*_arguments: object, **_keywords: object) -> list[tuple[object, ...]]:
            given_up.wait(5)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        with pytest.raises(NoAnswer):
            list(once("http://localhost").iter_lists())
        given_up.set()
        listener.settimeout(5)
        connection, _ = listener.accept()
        with connection:
            assert is_closed(connection)


def test_the_deadline_holds_with_a_session_of_the_callers_own(raw_server: StartServer) -> None:
    def answer(connection: socket.socket, number: int) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        while not server.stopping.wait(0.05):
            connection.sendall(b"1\r\n \r\n")

    server = raw_server(answer)
    with requests.Session() as session:
        client = CampaignMasterClient(
            server.url, Credentials("a", "b"), timeouts=DRIPPING, session=session, retry=NO_RETRY
        )
        with pytest.raises(NoAnswer, match="did not complete its answer within"):
            client.authenticate()
