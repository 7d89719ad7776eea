"""Every operation of the contract, as it should be called and as it shouldn't."""

from __future__ import annotations

import pytest
from sandbox_support import Api, campaign_fields, error_of, people

from sandbox.testing import SandboxProcess

ZERO = {
    "emailsSent", "hardBounces", "softBounces", "totalUnsubscribes", "totalClicks", "uniqueClicks",
    "totalOpens", "uniqueOpens", "confirmedTotalViews", "totalForwards", "uniqueForwards",
    "noRecordedActivity", "openRate",
}  # fmt: skip


def test_lists_are_given_with_their_size(sandbox: SandboxProcess, api: Api) -> None:
    list_id = sandbox.control.create_list("Three", people(3))
    found = api.document("/lists")
    assert (found["currentPage"], found["isLastPage"]) == (1, True)
    assert found["lists"][-1] == {"id": list_id, "name": "Three", "recipientCount": 3}


@pytest.mark.parametrize("path", ["/lists", "/templates", "/campaigns"])
def test_pages_neither_leave_out_nor_repeat(sandbox: SandboxProcess, api: Api, path: str) -> None:
    key = path.strip("/")
    for number in range(3):
        api.create_campaign(externalId=f"page-{number}", templateId=_template(sandbox))
    whole = api.document(path)[key]
    pages = [api.document(path, page=number, pageSize=2) for number in range(1, 4)]
    assert [item for page in pages for item in page[key]] == whole[:6]
    assert [page["currentPage"] for page in pages] == [1, 2, 3]
    beyond = api.document(path, page=10**30, pageSize=1000)
    assert (beyond[key], beyond["isLastPage"]) == ([], True)


def test_the_last_page_is_told_when_it_is_full(sandbox: SandboxProcess, api: Api) -> None:
    count = len(api.document("/lists")["lists"])
    assert api.document("/lists", pageSize=count)["isLastPage"] is True
    assert api.document("/lists", pageSize=count - 1)["isLastPage"] is False


def test_adding_tells_what_became_of_each_in_order(
    sandbox: SandboxProcess, api: Api, list_id: int
) -> None:
    sandbox.control.add_to_list(list_id, ["there@example.com"])
    sandbox.control.suppress(["left@example.com"])
    sandbox.control.refuse("refused@example.com", "It is a role address.")
    emails = [
        "new@example.com", "THERE@example.com", "Left@Example.com", "not an address",
        "refused@example.com", "NEW@example.com",
    ]  # fmt: skip
    body = {"recipients": [{"email": email} for email in emails]}
    results = api.call("POST", f"/lists/{list_id}/recipients", json=body).json()["results"]
    assert [result["email"] for result in results] == emails
    assert [result["status"] for result in results] == [
        "added", "exists", "unsubscribed", "invalid", "invalid", "exists",
    ]  # fmt: skip
    assert results[4]["message"] == "It is a role address."
    assert results[3]["message"]
    assert sandbox.control.emails_on_list(list_id) == ["new@example.com", "there@example.com"]


def test_adding_again_changes_nothing(sandbox: SandboxProcess, api: Api, list_id: int) -> None:
    def body(city: str) -> dict[str, object]:
        return {"recipients": [{"email": "person-1@example.com", "fields": {"City": city}}]}

    path = f"/lists/{list_id}/recipients"
    api.call("POST", path, json=body("Here"))
    before = sandbox.control.list_recipients(list_id)
    assert api.call("POST", path, json=body("There")).json()["results"][0]["status"] == "exists"
    assert sandbox.control.list_recipients(list_id) == before
    assert before[0]["fields"] == {"City": "Here"}


@pytest.mark.parametrize(
    "email",
    [
        "", "plain", "@example.com", "a@", "a@b@example.com", "a b@example.com", "a@example",
        "a..b@example.com", ".a@example.com", "a@-example.com", "a@example.com,b@example.com",
        "A <a@example.com>", "a@exämple.com", "ä@example.com", "a@example.123", "a@example.com\n",
        "x" * 65 + "@example.com", "a@" + "b" * 250 + ".com", "a@example.com\u0000",
    ],
)  # fmt: skip
def test_a_malformed_address_is_invalid_and_stops_no_other(
    sandbox: SandboxProcess, api: Api, list_id: int, email: str
) -> None:
    assert api.add(list_id, [email, "good@example.com"]) == ["invalid", "added"]
    assert sandbox.control.emails_on_list(list_id) == ["good@example.com"]


@pytest.mark.parametrize(
    "email", ["a+b@example.com", "o'neil@sub.example.co.uk", "a@xn--exmple-cua.com", "1@2.example"]
)
def test_unusual_addresses_are_good(api: Api, list_id: int, email: str) -> None:
    assert api.add(list_id, [email]) == ["added"]


def test_unknown_merge_fields_are_refused_one_by_one(api: Api, list_id: int) -> None:
    entries = [
        {"email": "a@example.com", "fields": {"Shoe": "42"}},
        {"email": "b@example.com", "fields": {"City": "Here"}},
    ]
    answer = api.call("POST", f"/lists/{list_id}/recipients", json={"recipients": entries})
    assert [result["status"] for result in answer.json()["results"]] == ["invalid", "added"]
    assert "Shoe" in answer.json()["results"][0]["message"]


def test_a_thousand_recipients_are_the_limit(
    sandbox: SandboxProcess, api: Api, list_id: int
) -> None:
    path = f"/lists/{list_id}/recipients"
    body = {"recipients": [{"email": email} for email in people(1001)]}
    assert error_of(api.call("POST", path, json=body))[:2] == (400, "too_many_recipients")
    assert sandbox.control.emails_on_list(list_id) == []
    assert api.add(list_id, people(1000)) == ["added"] * 1000
    empty = api.call("POST", path, json={"recipients": []})
    assert error_of(empty) == (400, "validation", "recipients")


@pytest.mark.parametrize("list_number", [999_999, -1, 0, 2**63, 10**30])
def test_a_list_that_is_not_there_is_not_found(api: Api, list_number: int) -> None:
    body = {"recipients": [{"email": "a@example.com"}]}
    answer = api.call("POST", f"/lists/{list_number}/recipients", json=body)
    assert error_of(answer)[:2] == (404, "not_found")


def test_recipient_fields(api: Api) -> None:
    fields = api.document("/recipient-fields")["fields"]
    assert {"name": "Email", "isSystemField": True} in fields
    assert {"name": "FirstName", "isSystemField": False} in fields


def test_templates_have_their_html(sandbox: SandboxProcess, api: Api) -> None:
    html = "<p onclick='x()'>Hello</p><script>alert(1)</script>"
    template_id = sandbox.control.create_template("Mine", "Subject", html)
    expected = {"id": template_id, "name": "Mine", "subject": "Subject", "html": html}
    assert api.document("/templates")["templates"][-1] == expected


def test_a_new_campaign_is_a_draft_with_what_was_sent(api: Api, template_id: int) -> None:
    fields = campaign_fields(
        templateId=template_id, replyRedirectEmail="replies@example.org", testEmail="t@example.com"
    )
    answer = api.call("POST", "/campaigns", json=fields)
    assert answer.status_code == 201
    campaign = answer.json()
    assert campaign == fields | {"id": campaign["id"], "status": "draft", "sentAt": None}
    assert api.document(f"/campaigns/{campaign['id']}") == campaign


def test_creating_is_not_idempotent(api: Api, template_id: int) -> None:
    first = api.create_campaign(externalId="twice", templateId=template_id)
    second = api.create_campaign(externalId="twice", templateId=template_id)
    api.create_campaign(externalId="another", templateId=template_id)
    found = api.document("/campaigns", externalId="twice")["campaigns"]
    assert [campaign["id"] for campaign in found] == [first, second]
    assert api.document("/campaigns", externalId="none")["campaigns"] == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"subject": None}, "subject_required", "subject"),
        ({"subject": ""}, "subject_required", "subject"),
        ({"subject": " \n"}, "subject_required", "subject"),
        ({"description": None}, "description_required", "description"),
        ({"description": ""}, "description_required", "description"),
        ({"templateId": None}, "template_required", "templateId"),
        ({"subject": None, "extra": 1}, "subject_required", "subject"),
        ({"templateId": 999_999}, "validation", "templateId"),
        ({"templateId": 2**70}, "validation", "templateId"),
        ({"templateId": "1"}, "validation", "templateId"),
        ({"fromEmail": "other@example.org"}, "from_email_not_registered", "fromEmail"),
        ({"fromEmail": "no address"}, "validation", "fromEmail"),
        ({"replyRedirectEmail": "no address"}, "validation", "replyRedirectEmail"),
        ({"testEmail": "no address"}, "validation", "testEmail"),
        ({"name": "x" * 256}, "validation", "name"),
        ({"name": "  "}, "validation", "name"),
        ({"externalId": "x" * 65}, "validation", "externalId"),
        ({"externalId": None}, "validation", "externalId"),
        ({"fromName": None}, "validation", "fromName"),
        ({"listId": 1}, "validation", None),
    ],
)
def test_an_incomplete_campaign_is_refused_with_its_code(
    api: Api, template_id: int, changes: dict[str, object], code: str, field: str | None
) -> None:
    fields = campaign_fields(**({"templateId": template_id} | changes))
    assert error_of(api.call("POST", "/campaigns", json=fields)) == (400, code, field)
    assert api.document("/campaigns")["campaigns"] == []


def test_senders_are_registered_by_address_or_by_domain(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    fields = {"templateId": template_id}
    api.create_campaign(fromEmail="Anybody@EXAMPLE.com", **fields)
    sandbox.control.remove_sender("@example.com")
    refused = campaign_fields(fromEmail="anybody@example.com", **fields)
    answer = api.call("POST", "/campaigns", json=refused)
    assert error_of(answer)[1] == "from_email_not_registered"
    api.create_campaign(fromEmail="NEWS@example.com", **fields)


def test_a_draft_is_changed_field_by_field(api: Api, campaign_id: int) -> None:
    before = api.document(f"/campaigns/{campaign_id}")
    answer = api.call("PUT", f"/campaigns/{campaign_id}", json={"subject": "Winter news"})
    assert answer.json() == before | {"subject": "Winter news"}
    assert api.document(f"/campaigns/{campaign_id}") == answer.json()
    assert api.call("PUT", f"/campaigns/{campaign_id}", json={}).json() == answer.json()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"templateId": 1}, "template_locked"),
        ({"subject": ""}, "subject_required"),
        ({"description": " "}, "description_required"),
        ({"fromEmail": "other@example.org"}, "from_email_not_registered"),
        ({"subject": None}, "validation"),
        ({"status": "sent"}, "validation"),
    ],
)
def test_a_wrong_change_changes_nothing(
    api: Api, campaign_id: int, change: dict[str, object], code: str
) -> None:
    before = api.document(f"/campaigns/{campaign_id}")
    answer = api.call("PUT", f"/campaigns/{campaign_id}", json={"name": "New", **change})
    assert error_of(answer)[:2] == (400, code)
    assert api.document(f"/campaigns/{campaign_id}") == before


def test_a_launched_campaign_is_no_draft(
    sandbox: SandboxProcess, api: Api, campaign_id: int
) -> None:
    sandbox.control.launch(campaign_id, sandbox.control.create_list("One", people(1)))
    answer = api.call("PUT", f"/campaigns/{campaign_id}", json={"subject": "Too late"})
    assert error_of(answer)[:2] == (400, "campaign_not_draft")


@pytest.mark.parametrize("path", ["", "/statistics", "/recipients"])
@pytest.mark.parametrize("number", [999_999, 0, -5, 10**25])
def test_a_campaign_that_is_not_there_is_not_found(api: Api, path: str, number: int) -> None:
    assert error_of(api.get(f"/campaigns/{number}{path}"))[:2] == (404, "not_found")


def test_before_the_launch_all_figures_are_zero(api: Api, campaign_id: int) -> None:
    figures = api.document(f"/campaigns/{campaign_id}/statistics")
    assert (figures.pop("status"), figures.pop("sentAt")) == ("draft", None)
    assert figures == dict.fromkeys(ZERO, 0)
    assert api.document(f"/campaigns/{campaign_id}/recipients")["recipients"] == []


def _template(sandbox: SandboxProcess) -> int:
    template_id: int = sandbox.control.account_state()["templates"][0]["id"]
    return template_id
