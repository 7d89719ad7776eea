"""An answer that breaks the contract never leaves, and is loud."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.api.answers import VIOLATION
from sandbox.api.application import Api
from sandbox.api.operations import OPERATIONS, Arguments
from sandbox.contract import Contract
from sandbox.state import Sandbox, Setup
from sandbox.store import lists, quota


def logged_in(sandbox: Sandbox) -> tuple[Client, dict[str, str]]:
    """A client and the headers of its calls."""
    client = Client(Api(sandbox))
    login = client.post("/api/v1/authenticate", headers={"username": "demo", "password": "demo"})
    return client, {"Authorization": f"Bearer {login.get_json()['token']}"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox within this process, so that it can be broken."""
    sandbox = Sandbox(Setup())
    yield sandbox
    sandbox.close()


@pytest.fixture
def call(sandbox: Sandbox) -> Callable[[str], Any]:
    """GET with a token."""
    client, headers = logged_in(sandbox)
    return lambda path: client.get(f"/api/v1{path}", headers=headers)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"number": 1, "isLast": True}, "required"),
        ({"number": 0, "isLast": True, "rows": []}, "currentPage"),
        ({"number": 1, "isLast": True, "rows": [{"id": "1", "name": "A"}]}, "lists.0.id"),
    ],
)
def test_a_broken_answer_becomes_a_loud_500(
    call: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    document: dict[str, object],
    place: str,
) -> None:
    def broken(_call: Arguments) -> dict[str, object]:
        return document

    monkeypatch.setitem(OPERATIONS, "listLists", broken)
    with caplog.at_level(logging.ERROR):
        answer = call("/lists")
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "server_error"
    assert VIOLATION in caplog.text and "listLists" in caplog.text and place in caplog.text


def test_what_the_contract_does_not_know_is_left_out(
    call: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": 1, "name": "A", "colour": "red"}]
    longer = {"number": 1, "isLast": True, "rows": rows, "total": 3}

    monkeypatch.setitem(OPERATIONS, "listLists", lambda _call: longer)

    assert call("/lists").get_json() == {
        "currentPage": 1, "isLastPage": True, "lists": [{"id": 1, "name": "A"}],
    }  # fmt: skip


def test_a_missing_header_is_a_violation_too(
    call: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(quota, "headers", lambda *_arguments: {"rateLimit": "1"})
    assert call("/lists").status_code == 500
    assert f"{VIOLATION} in listLists 200: the header x-rate-limit-remaining" in caplog.text


def test_a_failure_is_a_500_without_its_reason(
    call: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_call: Arguments) -> dict[str, object]:
        raise RuntimeError("inner workings")

    monkeypatch.setitem(OPERATIONS, "listLists", fail)
    answer = call("/lists")
    assert answer.status_code == 500
    assert "inner workings" not in answer.text
    assert "inner workings" in caplog.text


def test_an_operation_that_fails_half_way_has_done_nothing(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        assert sandbox.database.value("SELECT count(*) FROM list_member WHERE key LIKE 'new-%'")
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(lists, "_change_count", fail)
    client, headers = logged_in(sandbox)
    body = {"recipients": [{"email": f"new-{number}@example.com"} for number in range(50)]}
    answer = client.post("/api/v1/lists/1/recipients", json=body, headers=headers)
    assert answer.status_code == 500
    left = sandbox.database.value("SELECT count(*) FROM list_member WHERE key LIKE 'new-%'")
    assert left == 0


def test_there_is_code_for_every_operation_and_no_other() -> None:
    assert set(OPERATIONS) | {"authenticate"} == set(Contract().operations)
