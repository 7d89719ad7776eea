"""Real sockets: answers that are too large, packed to explode, or lead elsewhere."""

from __future__ import annotations

import gzip
import json
import socket
import tracemalloc
import zlib

import pytest
from campaign_master_api import InvalidAnswer, RedirectRefused
from wire_support import LISTS, MakeClient, StartServer, http_answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_nor_its_body_read_without_bound(
    raw_server: StartServer, make_client: MakeClient, status: int
) -> None:
    target = raw_server(http_answer(LISTS))
    server = raw_server(http_answer("x", f"{status} Moved", f"Location: {target.url}/api/v1/lists"))
    with pytest.raises(RedirectRefused, match=r"127\.0\.0\.1"):
        list(make_client(server.url).iter_lists())
    assert target.requests == []


def endless(connection: socket.socket, number: int) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head)
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    while True:
        connection.sendall(chunk)


def test_a_redirect_without_end_is_too_large(
    raw_server: StartServer, make_client: MakeClient
) -> None:
    server = raw_server(endless)
    with pytest.raises(InvalidAnswer, match="16 MB"):
        list(make_client(server.url).iter_lists())


def answer_of(size: int) -> bytes:
    page = json.loads(LISTS)
    page["padding"] = ""
    page["padding"] = "x" * (size - len(json.dumps(page)))
    return json.dumps(page).encode()


@pytest.mark.parametrize(("size", "fits"), [(16 * 2**20, True), (16 * 2**20 + 1, False)])
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_has_at_most_16_mb(
    raw_server: StartServer, make_client: MakeClient, size: int, fits: bool, packed: bool
) -> None:
    body = answer_of(size)
    headers = ("Content-Encoding: gzip",) if packed else ()
    server = raw_server(http_answer(gzip.compress(body, 1) if packed else body, "200 OK", *headers))
    client = make_client(server.url)
    if fits:
        assert [entry.id for entry in client.iter_lists()] == ["1"]
        return
    with pytest.raises(InvalidAnswer, match="16 MB"):
        list(client.iter_lists())


def test_a_small_answer_that_unpacks_to_a_huge_one_is_stopped(
    raw_server: StartServer, make_client: MakeClient
) -> None:
    packer = zlib.compressobj(9, wbits=31)
    megabyte = b" " * 2**20
    bomb = b"".join(packer.compress(megabyte) for _ in range(200)) + packer.flush()
    server = raw_server(http_answer(bomb, "200 OK", "Content-Encoding: gzip"))
    client = make_client(server.url)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidAnswer, match="16 MB"):
            list(client.iter_lists())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(bomb) < 2**20
    assert peak < 80 * 2**20


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_cannot_be_unpacked(
    raw_server: StartServer, make_client: MakeClient, encoding: str
) -> None:
    server = raw_server(http_answer("not packed", "200 OK", f"Content-Encoding: {encoding}"))
    with pytest.raises(InvalidAnswer, match="unpacked"):
        list(make_client(server.url).iter_lists())
