"""Whatever a server answers: a checked value or one of the package's errors, nothing else."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import pytest
import requests
from campaign_master_api import (
    NO_RETRY,
    CampaignMasterClient,
    CampaignMasterError,
    Credentials,
    NewRecipient,
    Page,
    Timeouts,
    Token,
    contract,
)
from campaign_master_api.meanings import NEEDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from wire_calls import CALLS
from wire_contract import PERSON, Contract, load_contract, places
from wire_support import SECRETS, RawServer

CONTRACT = Contract(load_contract())
EXAMPLES = {
    operation["operationId"]: CONTRACT.example(CONTRACT.answer_schema(operation))
    for _, _, operation, _ in CONTRACT.operations()
}
TELLING = (*SECRETS, PERSON)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*TELLING, "draft", "added", "2025-03-01T09:30:00Z", "9999-12-31", "r"]),
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**31, 2**53, 2**53 + 1, -1, 0, 1, 10**30])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
HEADER_NAMES = [
    "Content-Type",
    "Content-Encoding",
    "Location",
    "Retry-After",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-token-reset",
]
HEADER_VALUES = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    st.sampled_from(
        ["application/json", "text/html", "gzip", "9" * 12, "0", "https://[", *TELLING]
    ),
)
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503]) | st.integers(
    100, 999
)


class Canned(BaseAdapter):
    """Answers every request alike."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__()
        self._parts = status, headers, body

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        status, headers, body = self._parts
        answer = requests.Response()
        answer.status_code = status
        answer.headers = CaseInsensitiveDict(headers)
        answer.raw = HTTPResponse(
            io.BytesIO(body), headers=dict(headers), status=status, preload_content=False
        )
        return answer

    def close(self) -> None:
        """Nothing is open."""


def outcome(operation: str, status: int, headers: Mapping[str, str], body: bytes) -> Any:
    """What the client makes of an answer, an error checked for what it must not tell."""
    session = requests.Session()
    session.mount("https://", Canned(status, headers, body))
    client = CampaignMasterClient(
        "https://cm.example.com",
        Credentials(*SECRETS[:4]),
        token=Token(SECRETS[4], None),
        retry=NO_RETRY,
        session=session,
    )
    try:
        return CALLS[operation](client)
    except CampaignMasterError as error:
        told = f"{error!r} {vars(error)!r}"
        assert error.sentence
        assert not any(secret in told for secret in TELLING), told
        assert not any(ord(character) < 32 for character in error.sentence)
        return None


def check(value: Any) -> None:
    """Everything that comes out is within the documented bounds."""
    if isinstance(value, (list, Page)):
        for item in value.items if isinstance(value, Page) else value:
            check(item)
    elif isinstance(value, Token):
        assert value.value.isascii()
    elif is_dataclass(value):
        for field in fields_of(value):
            check_part(field.name, getattr(value, field.name))


def check_part(name: str, part: Any) -> None:
    if isinstance(part, bool) or part is None or isinstance(part, Enum):
        return
    if isinstance(part, datetime):
        assert part.utcoffset() == timedelta(0)
        assert datetime(2000, 1, 1, tzinfo=UTC) <= part
    elif isinstance(part, str):
        part.encode()
        assert "\x00" not in part
        assert name != "name" or len(part) <= 255
        assert name not in ("id", "template_id") or (part.isprintable() and 1 <= len(part) <= 64)
    elif isinstance(part, list):
        check(part)
    else:
        assert 0 <= part <= 2**31 - 1


@settings(max_examples=400, deadline=None)
@given(
    operation=st.sampled_from(sorted(CALLS)),
    status=STATUSES,
    headers=st.dictionaries(st.sampled_from(HEADER_NAMES), HEADER_VALUES, max_size=5),
    body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_arbitrary_answers(
    operation: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    check(outcome(operation, status, headers, body))


@settings(max_examples=600, deadline=None)
@given(data=st.data(), operation=st.sampled_from(sorted(CALLS)))
def test_answers_of_the_contract_with_one_part_replaced(
    data: st.DataObject, operation: str
) -> None:
    answer = json.loads(json.dumps(EXAMPLES[operation]))
    place = data.draw(st.sampled_from([place for place, _ in places(answer)]))
    parent = answer
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = data.draw(JSON)
    body = json.dumps(answer).encode()
    check(outcome(operation, 200, {"Content-Type": "application/json"}, body))


# Operations of several rows, and what is made of each key of a row.
IN_ROWS = {
    "listLists": lambda client: list(client.iter_lists()),
    "listTemplates": lambda client: list(client.iter_templates()),
    "listRecipientFields": lambda client: client.recipient_fields(),
    "listCampaignRecipients": lambda client: client.campaign_recipients_page("3").items,
    "addListRecipients": lambda client: (
        (
            client.add_list_recipients("3", [NewRecipient(f"q-{n}@example.com") for n in range(3)])
        ).results
    ),
}
ONE_OBJECT = ("getCampaign", "getCampaignStatistics", "createCampaign")


def rows_of(operation: str) -> tuple[Any, str]:
    """An answer of three rows that differ, and where they are in it."""
    answer = json.loads(json.dumps(EXAMPLES[operation]))
    name = contract.current().operations[BY_NAME[operation]].rows
    assert name is not None
    [row] = answer[name.name]
    answer[name.name] = [
        {**row, **{key: f"q-{n}@example.com" for key in row if key == "email"}}
        | {key: n + 1 for key in row if key == "id"}
        | {key: f"name {n}" for key in row if key == "name"}
        for n in range(3)
    ]
    return answer, name.name


BY_NAME = {one.name: means for means, one in contract.current().operations.items()}


def taken(call: Callable[[CampaignMasterClient], Any], answer: Any) -> Any:
    """What the client makes of an answer: values as they are, or an error."""
    session = requests.Session()
    body = json.dumps(answer).encode()
    session.mount("https://", Canned(200, {"Content-Type": "application/json"}, body))
    client = CampaignMasterClient(
        "https://cm.example.com",
        Credentials("a", "b"),
        token=Token("t", None),
        retry=NO_RETRY,
        session=session,
    )
    try:
        return call(client)
    except CampaignMasterError as error:
        return error


def mutated(data: st.DataObject, row: dict[str, Any], key: str) -> None:
    """The row with one key's value replaced, or the key gone, or written another way."""
    how = data.draw(st.sampled_from(["replaced", "gone", "other case", "as text", "twice"]))
    if how == "gone":
        del row[key]
    elif how == "other case":
        row[key.upper()] = row.pop(key)
    elif how == "as text":
        row[key] = str(row[key])
    else:
        row[key.swapcase() if how == "twice" else key] = data.draw(JSON)


def attributes_of(key: str, names: Mapping[str, str]) -> set[str]:
    """What may change with a key: its attribute, and for a status its word and message."""
    found = {attribute for attribute, name in names.items() if name == key}
    return found | ({"status_text", "message"} if "status" in found else set())


def assert_the_same_but(got: Any, expected: Any, changed: set[str]) -> None:
    for field in fields_of(expected):
        if field.name not in changed:
            assert getattr(got, field.name) == getattr(expected, field.name), field.name


@settings(max_examples=500, deadline=None)
@given(data=st.data(), operation=st.sampled_from(sorted(IN_ROWS)))
def test_a_row_that_is_odd_costs_itself_at_most(data: st.DataObject, operation: str) -> None:
    answer, name = rows_of(operation)
    expected = taken(IN_ROWS[operation], answer)
    number = data.draw(st.integers(0, 2))
    row = answer[name][number]
    key = data.draw(st.sampled_from([*sorted(row), ""]))
    if key:
        mutated(data, row, key)
    else:
        answer[name][number] = data.draw(JSON)
    got = taken(IN_ROWS[operation], answer)
    assert isinstance(got, list), got
    others = [value for n, value in enumerate(expected) if n != number]
    if len(got) == 2:
        assert got == others
        return
    assert [value for n, value in enumerate(got) if n != number] == others
    shape = contract.current().operations[BY_NAME[operation]].row
    names = {means: one.name for means, one in shape.items()}
    if key and got[number] is not None:
        assert_the_same_but(got[number], expected[number], attributes_of(key, names))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), operation=st.sampled_from(ONE_OBJECT))
def test_a_value_that_is_odd_costs_itself_at_most(data: st.DataObject, operation: str) -> None:
    answer = json.loads(json.dumps(EXAMPLES[operation]))
    expected = taken(CALLS[operation], answer)
    key = data.draw(st.sampled_from(sorted(answer)))
    mutated(data, answer, key)
    got = taken(CALLS[operation], answer)
    found = contract.current().operations[BY_NAME[operation]]
    names = {means: one.name for means, one in found.row.items()}
    if isinstance(got, CampaignMasterError):
        assert key in {names[means] for means in NEEDS[BY_NAME[operation]].essential}
    else:
        assert_the_same_but(got, expected, attributes_of(key, names))


@settings(max_examples=200, deadline=None)
@given(
    operation=st.sampled_from(sorted(CALLS)),
    status=st.sampled_from([400, 401, 403, 404, 429]),
    error=st.fixed_dictionaries({"code": TEXTS, "message": TEXTS, "field": TEXTS}),
    text=st.text(max_size=400),
    secret=st.sampled_from(TELLING),
)
def test_refusals_that_repeat_what_is_secret(
    operation: str, status: int, error: dict[str, str], text: str, secret: str
) -> None:
    error = {**error, "message": error["message"] + text + " " + secret + " " + text}
    body = json.dumps({"error": error}).encode()
    assert outcome(operation, status, {"Content-Type": "application/json"}, body) is None


@pytest.fixture
def noisy_server() -> Any:
    noise: list[bytes] = [b""]

    def answer(connection: socket.socket, number: int) -> None:
        connection.sendall(noise[0])
        connection.shutdown(socket.SHUT_RDWR)

    server = RawServer(answer)
    yield server, noise
    server.close()


STARTS = [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"]


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=80))
def test_arbitrary_bytes_on_the_wire(noisy_server: Any, start: bytes, rest: bytes) -> None:
    server, noise = noisy_server
    noise[0] = start + rest
    client = CampaignMasterClient(
        server.url,
        Credentials("a", "b"),
        token=Token("t", None),
        retry=NO_RETRY,
        timeouts=Timeouts(1.0, 1.0, 2.0),
    )
    with client, pytest.raises(CampaignMasterError):
        client.get_campaign("3")
