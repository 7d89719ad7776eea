"""The control API itself, where no other test drives it."""

from __future__ import annotations

import pytest
import requests
from sandbox_support import Api, people

from sandbox.testing import ControlError, SandboxProcess


def test_a_reset_brings_back_the_start(sandbox: SandboxProcess, api: Api) -> None:
    start = sandbox.control.state(recipients=True)
    api.create_campaign(templateId=start["accounts"][0]["templates"][0]["id"])
    sandbox.control.create_account("second", "word")
    sandbox.control.suppress(people(1))
    sandbox.control.set_fault("server_error")
    sandbox.control.freeze_clock()
    sandbox.control.advance_clock(days=400)
    sandbox.control.reset()
    end = sandbox.control.state(recipients=True)
    assert end["call_counts"] == {} and end["faults"] == []
    assert [account["username"] for account in end["accounts"]] == ["demo"]
    assert end["clock"]["frozen"] is False and end["clock"]["now"][:7] == start["clock"]["now"][:7]
    for key in ("suppressions", "campaigns", "senders"):
        assert end["accounts"][0][key] == start["accounts"][0][key]
    assert api.get("/lists").status_code == 401, "tokens are gone"


def test_a_reset_may_leave_it_empty(sandbox: SandboxProcess) -> None:
    sandbox.control.reset(empty=True)
    account = sandbox.control.account_state()
    assert account["lists"] == account["templates"] == account["senders"] == []


def test_lists_can_be_renamed_left_and_deleted(sandbox: SandboxProcess, api: Api) -> None:
    list_id = sandbox.control.create_list("Before", people(3))
    sandbox.control.rename_list(list_id, "After")
    assert sandbox.control.remove_from_list(list_id, ["PERSON-1@example.com", "x@example.com"]) == 1
    assert api.document("/lists")["lists"][-1] == {
        "id": list_id, "name": "After", "recipientCount": 2,
    }  # fmt: skip
    assert api.add(list_id, ["person-1@example.com"]) == ["added"], "one list is not the account"
    sandbox.control.delete_list(list_id)
    assert list_id not in [item["id"] for item in api.document("/lists")["lists"]]
    with pytest.raises(ControlError, match=f"no list {list_id}"):
        sandbox.control.emails_on_list(list_id)


def test_templates_can_be_changed_and_deleted(sandbox: SandboxProcess, api: Api) -> None:
    template_id = sandbox.control.create_template("Before", "Subject", "<p></p>")
    sandbox.control.update_template(template_id, name="After")
    assert api.document("/templates")["templates"][-1] == {
        "id": template_id, "name": "After", "subject": "Subject", "html": "<p></p>",
    }  # fmt: skip
    sandbox.control.delete_template(template_id)
    assert template_id not in [item["id"] for item in api.document("/templates")["templates"]]


def test_lists_and_campaigns_are_filled_in_bulk(
    sandbox: SandboxProcess, api: Api, list_id: int, campaign_id: int
) -> None:
    sandbox.control.populate_list(list_id, 15_000)
    sandbox.control.populate_list(list_id, 15_001)
    emails = sandbox.control.emails_on_list(list_id)
    assert (len(emails), len(set(emails))) == (15_001, 15_001)
    assert api.document("/lists")["lists"][-1]["recipientCount"] == 15_001
    campaign = sandbox.control.populate_campaign(campaign_id, 2500, seed=4)
    assert (campaign["status"], campaign["seed"]) == ("sent", 4)
    last = api.document(f"/campaigns/{campaign_id}/recipients", page=3)
    assert (len(last["recipients"]), last["isLastPage"]) == (500, True)
    assert last["recipients"][-1]["email"] == "person-0002500@example.com"


def test_a_deleted_campaign_takes_its_events_along(
    sandbox: SandboxProcess, api: Api, campaign_id: int
) -> None:
    sandbox.control.freeze_clock()
    sandbox.control.populate_campaign(campaign_id, 100, speed=60)
    sandbox.control.advance_clock(minutes=2)
    sandbox.control.delete_campaign(campaign_id)
    sandbox.control.advance_clock(hours=2)
    assert api.get(f"/campaigns/{campaign_id}").status_code == 404


def test_a_deleted_account_can_no_longer_log_in(sandbox: SandboxProcess) -> None:
    sandbox.control.create_account("second", "word")
    other = Api(sandbox.url, "second", "word").log_in()
    sandbox.control.create_list("Own", people(2), account="second")
    sandbox.control.delete_account("second")
    assert other.get("/lists").status_code == 401
    assert other.authenticate(username="second", password="word").status_code == 401
    with pytest.raises(ControlError, match="only account"):
        sandbox.control.delete_account("demo")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("POST", "/lists", {}, 400, "The field name is missing."),
        ("POST", "/lists", {"name": 1}, 400, "The field name must be text."),
        ("POST", "/lists", {"name": " "}, 400, "A list needs a name."),
        ("POST", "/lists", {"name": "A", "size": 1}, 400, "There is no field size here"),
        ("POST", "/lists", {"name": "A", "account": "none"}, 404, "There is no account none."),
        ("POST", "/lists", [], 400, "The body must be a JSON object."),
        ("POST", "/lists/1/recipients", {"emails": [1]}, 400, "must be text"),
        ("POST", "/senders", {"email": "nobody"}, 400, "neither an e-mail address nor a domain"),
        ("POST", "/refusals", {"email": "nobody"}, 400, "an address, or a domain"),
        ("POST", "/limits", {"hourly_limit": -1}, 400, "can't be negative"),
        ("POST", "/limits", {"hourly_limit": True}, 400, "must be a whole number"),
        ("POST", "/accounts", {"username": "demo", "password": "x"}, 400, "account demo already"),
        ("DELETE", "/faults/7", {}, 404, "There is no fault 7."),
        ("GET", "/nowhere", {}, 404, "has no nowhere"),
        ("GET", "/calls?limit=-1", {}, 400, "from 0 to"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    sandbox: SandboxProcess, method: str, path: str, body: object, status: int, sentence: str
) -> None:
    answer = requests.request(method, f"{sandbox.url}/control{path}", json=body, timeout=10)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]
