"""Each fault does what its name says, and only to the calls that it was meant for."""

from __future__ import annotations

import json
import time

import pytest
import requests
from sandbox_support import Api, campaign_fields, error_of

from sandbox.testing import ControlError, SandboxProcess

ERRORS = {
    "token_invalid": (401, "token_invalid"),
    "hourly_limit": (429, "hourly_limit"),
    "monthly_limit": (429, "monthly_limit"),
    "validation": (400, "validation"),
    "server_error": (500, "server_error"),
}
PAGES = {
    "bad_gateway": 502, "service_unavailable": 503, "gateway_timeout": 504, "html_page": 200,
}  # fmt: skip


def create(api: Api, template_id: int) -> requests.Response:
    """An attempt to create a campaign."""
    return api.call("POST", "/campaigns", json=campaign_fields(templateId=template_id))


def number_of_campaigns(sandbox: SandboxProcess) -> int:
    """How many there really are."""
    return len(sandbox.control.campaigns())


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_errors_of_the_contract(
    sandbox: SandboxProcess, api: Api, template_id: int, kind: str, when: str
) -> None:
    sandbox.control.set_fault(kind, "createCampaign", when=when, count=1)
    answer = create(api, template_id)
    assert error_of(answer)[:2] == ERRORS[kind]
    left = int(answer.headers["x-rate-limit-remaining"])
    assert left == 0 if kind == "hourly_limit" else left > 0
    assert number_of_campaigns(sandbox) == (when == "after")
    assert create(api, template_id).status_code == 201


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_pages_of_a_proxy(
    sandbox: SandboxProcess, api: Api, template_id: int, kind: str, when: str
) -> None:
    sandbox.control.set_fault(kind, when=when, count=1)
    answer = create(api, template_id)
    assert answer.status_code == PAGES[kind]
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")
    assert number_of_campaigns(sandbox) == (when == "after")


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_connection_is_dropped_before_or_after(
    sandbox: SandboxProcess, api: Api, template_id: int, when: str
) -> None:
    sandbox.control.set_fault("drop_connection", "createCampaign", when=when, count=1)
    with pytest.raises(requests.ConnectionError):
        create(api, template_id)
    assert number_of_campaigns(sandbox) == (when == "after")
    (call,) = sandbox.control.calls("createCampaign")
    assert call["fault"] == "drop_connection"
    assert create(api, template_id).status_code == 201


def test_latency(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_fault("latency", "listLists", seconds=0.4)
    started = time.monotonic()
    assert api.get("/lists").status_code == 200
    assert time.monotonic() - started >= 0.4
    with pytest.raises(requests.ReadTimeout):
        api.call("GET", "/lists", timeout=0.1)
    started = time.monotonic()
    assert api.get("/templates").status_code == 200
    assert time.monotonic() - started < 0.4


def test_latency_goes_together_with_another_fault(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_fault("latency", seconds=0.2)
    sandbox.control.set_fault("server_error")
    started = time.monotonic()
    assert api.get("/lists").status_code == 500
    assert time.monotonic() - started >= 0.2


def test_malformed_json(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_fault("malformed_json", count=1)
    answer = api.get("/lists")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


@pytest.mark.parametrize(
    ("key", "missing"), [("", ["lists"]), ("currentPage", ["currentPage"]), ("lists.id", [])]
)
def test_incomplete_json(sandbox: SandboxProcess, api: Api, key: str, missing: list[str]) -> None:
    whole = api.document("/lists")
    sandbox.control.set_fault("incomplete_json", count=1, key=key)
    spoilt = api.document("/lists")
    assert sorted(set(whole) - set(spoilt)) == missing
    if key == "lists.id":
        assert "id" in whole["lists"][0] and "id" not in spoilt["lists"][0]


@pytest.mark.parametrize("key", ["isLastPage", "lists", "lists.id", "lists.name"])
def test_wrong_types(sandbox: SandboxProcess, api: Api, key: str) -> None:
    whole = api.document("/lists")
    sandbox.control.set_fault("wrong_types", count=1, key=key)
    spoilt = api.document("/lists")
    for name in key.split(".")[:-1]:
        whole, spoilt = whole[name][0], spoilt[name][0]
    last = key.split(".")[-1]
    assert type(spoilt[last]) is not type(whole[last])
    assert set(spoilt) == set(whole)


def test_an_answer_that_drips(sandbox: SandboxProcess, api: Api) -> None:
    expected = api.get("/lists").content
    sandbox.control.set_fault("slow_drip", count=1, seconds=0.8)
    started = time.monotonic()
    answer = api.call("GET", "/lists", timeout=0.5)
    assert answer.content == expected
    assert time.monotonic() - started >= 0.7


def test_an_oversized_answer(sandbox: SandboxProcess, api: Api) -> None:
    expected = api.document("/lists")
    sandbox.control.set_fault("oversized", count=1, megabytes=3)
    answer = api.get("/lists")
    assert len(answer.content) > 3 * 1024 * 1024
    assert "Content-Length" not in answer.headers
    assert answer.json() == expected


def test_a_redirect(sandbox: SandboxProcess, api: Api) -> None:
    location = "http://127.0.0.1:9/elsewhere"
    sandbox.control.set_fault("redirect", count=1, location=location)
    answer = api.call("GET", "/lists", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, location)


def test_counts_skips_and_operations(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_fault("server_error", "listLists", count=2, skip=1)
    statuses = [api.get("/lists").status_code for _count in range(5)]
    assert statuses == [200, 500, 500, 200, 200]
    assert sandbox.control.faults() == []
    sandbox.control.set_fault("server_error", "listTemplates")
    assert [api.get("/lists").status_code, api.get("/templates").status_code] == [200, 500]
    [fault] = sandbox.control.faults()
    assert sandbox.control.remove_fault(fault["id"]) == 1
    with pytest.raises(ControlError, match="no fault"):
        sandbox.control.remove_fault(fault["id"])
    assert api.get("/templates").status_code == 200


def test_a_chance_comes_again_from_the_seed(sandbox: SandboxProcess, api: Api) -> None:
    def statuses(seed: int) -> list[int]:
        sandbox.control.reset(seed=seed)
        api.log_in()
        sandbox.control.set_fault("server_error", "listLists", probability=0.5)
        return [api.get("/lists").status_code for _count in range(30)]

    first = statuses(3)
    assert 5 < first.count(500) < 25
    assert statuses(3) == first
    assert statuses(4) != first


def test_a_batch_with_a_culprit_is_refused(sandbox: SandboxProcess, api: Api, list_id: int) -> None:
    sandbox.control.set_fault("validation", "addListRecipients", contains="Culprit@example.com")
    emails = ["a@example.com", "culprit@example.com"]
    body = {"recipients": [{"email": email} for email in emails]}
    assert api.call("POST", f"/lists/{list_id}/recipients", json=body).status_code == 400
    assert api.add(list_id, emails[:1]) == ["added"]
    assert sandbox.control.emails_on_list(list_id) == emails[:1]


def test_only_one_account_is_struck(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.create_account("other", "other-password")
    other = Api(sandbox.url, "other", "other-password").log_in()
    sandbox.control.set_fault("server_error", account="other")
    assert [api.get("/lists").status_code, other.get("/lists").status_code] == [200, 500]
    for one, status in ((api, 200), (other, 500)):
        answer = one.authenticate(username=one.username, password=one.password)
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "earthquake"}, "kind is one of"),
        ({"kind": "latency", "operation": "deleteAll"}, "no operation deleteAll"),
        ({"kind": "latency", "count": 0}, "once at least"),
        ({"kind": "latency", "probability": 1.5}, "from 0 to 1"),
        ({"kind": "drop_connection", "when": "between"}, "before or after"),
        ({"kind": "latency", "minutes": 1}, "no field minutes"),
        ({"kind": "latency", "seconds": "long"}, "must be a number"),
    ],
)
def test_an_impossible_fault_says_why(
    sandbox: SandboxProcess, fault: dict[str, object], reason: str
) -> None:
    with pytest.raises(ControlError, match=reason):
        sandbox.control.set_fault(**fault)  # type: ignore[arg-type]
    assert sandbox.control.faults() == []
