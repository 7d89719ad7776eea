"""Requests that the contract doesn't know, and the log of calls."""

from __future__ import annotations

import pytest
from sandbox_support import JSON, Api, error_of

from sandbox.testing import SandboxProcess


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=one", "page"),
        ("page=1.5", "page"),
        ("page=", "page"),
        ("page=%D9%A1", "page"),
        ("page=+1", "page"),
        ("pageSize=0", "pageSize"),
        ("pageSize=1001", "pageSize"),
        ("page=1&page=2", "page"),
        ("sort=name", "sort"),
        ("Page=1", "Page"),
    ],
)
def test_wrong_query_parameters_are_refused(api: Api, query: str, field: str) -> None:
    assert error_of(api.call("GET", f"/lists?{query}")) == (400, "validation", field)


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-01", "2026-03-01T09:30:00", "1772357400"])
def test_a_time_needs_its_offset(api: Api, campaign_id: int, moment: str) -> None:
    answer = api.get(f"/campaigns/{campaign_id}/recipients", updatedAfter=moment)
    assert error_of(answer) == (400, "validation", "updatedAfter")


@pytest.mark.parametrize("path", ["/campaigns/one", "/campaigns/1.0", "/campaigns/0x1"])
def test_an_id_is_a_whole_number(api: Api, path: str) -> None:
    assert error_of(api.get(path)) == (400, "validation", "campaignId")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", b'{"recipients": NaN}', b'{"recipients": {}}',
        b'{"recipients": [{"email": "a\\ud800@example.com"}]}', b"[" * 100_000,
        b'{"recipients": [{"email": 1}]}', b'{"recipients": [{}]}',
        b'{"recipients": [{"email": "a@example.com", "name": "A"}]}',
        b'{"recipients": [{"email": "a@example.com", "fields": {"City": 1}}]}',
        b'{"recipients": [{"email": "a@example.com"}], "update": true}',
    ],
)  # fmt: skip
def test_a_body_is_what_the_contract_says(
    sandbox: SandboxProcess, api: Api, list_id: int, body: bytes
) -> None:
    answer = api.call(
        "POST", f"/lists/{list_id}/recipients", data=body, headers={"Content-Type": JSON}
    )
    assert error_of(answer)[:2] == (400, "validation")
    assert sandbox.control.emails_on_list(list_id) == []


def test_a_body_is_json_by_its_header_too(api: Api, list_id: int) -> None:
    answer = api.call(
        "POST", f"/lists/{list_id}/recipients", data=b'{"recipients": []}',
        headers={"Content-Type": "text/plain"},
    )  # fmt: skip
    assert error_of(answer) == (400, "validation", "Content-Type")


def test_a_body_where_there_is_none_is_refused(api: Api) -> None:
    assert error_of(api.call("GET", "/lists", json={"page": 1}))[:2] == (400, "validation")


def test_an_endless_body_is_refused(sandbox: SandboxProcess, api: Api, list_id: int) -> None:
    body = b'{"recipients": [' + b" " * (9 * 1024 * 1024) + b"]}"
    answer = api.call(
        "POST", f"/lists/{list_id}/recipients", data=body, headers={"Content-Type": JSON}
    )
    assert error_of(answer)[:2] == (400, "validation")


def test_paths_and_methods_that_do_not_exist(api: Api) -> None:
    assert error_of(api.get("/list"))[:2] == (404, "not_found")
    assert error_of(api.get("/lists/"))[:2] == (404, "not_found")
    wrong = api.call("DELETE", "/campaigns")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")


def test_calls_are_counted_and_noted(sandbox: SandboxProcess, api: Api, list_id: int) -> None:
    api.add(list_id, ["a@example.com", "b@example.com"])
    api.get("/lists", pageSize=5, secret="hidden")
    assert sandbox.control.call_counts() == {
        "authenticate": 1, "addListRecipients": 1, "listLists": 1,
    }  # fmt: skip
    login, added, listed = sandbox.control.calls()
    assert (login["operation"], login["status"], login["account"]) == ("authenticate", 200, "demo")
    assert (added["items"], added["method"], added["status"]) == (2, "POST", 200)
    assert added["path"] == f"/api/v1/lists/{list_id}/recipients"
    assert (listed["query"], listed["code"], listed["status"]) == ("pageSize=5", "validation", 400)
    assert sandbox.control.calls("listLists") == [listed]
    sandbox.control.clear_calls()
    assert sandbox.control.calls() == []
    assert sandbox.control.call_counts() == {}


def test_no_secret_is_kept(sandbox: SandboxProcess, api: Api) -> None:
    Api(sandbox.url).authenticate(username="demo", password="a-wrong-word")
    api.call("GET", f"/lists?token={api.token}")
    kept = str(sandbox.control.calls()) + str(sandbox.control.state()) + sandbox.log_text()
    for secret in (api.token, "a-wrong-word", "Bearer"):
        assert secret not in kept
