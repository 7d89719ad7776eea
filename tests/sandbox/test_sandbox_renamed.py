"""A contract in which everything is called otherwise is served without a line of code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import renamed_contract
import requests
from campaign_master_api import (
    AddStatus,
    CampaignFields,
    CampaignMasterClient,
    CampaignStatus,
    Credentials,
    NewRecipient,
    NotFound,
    RequestRefused,
)
from campaign_master_api.contract import load
from renamed_contract import other_word

from sandbox import identifiers
from sandbox.testing import SandboxProcess

ROOT = "/services/rest/v1/json"
LISTS, CAMPAIGNS = "/my-lists.aspx", "/my-campaigns.aspx"
TICKET = "X-Vendor-Ticket"
Document = dict[str, Any]


class Vendor:
    """Calls in the words of the renamed contract."""

    def __init__(self, url: str) -> None:
        self.root = f"{url}{ROOT}"
        self.headers: dict[str, str] = {}

    def log_in(self, username: str, password: str) -> requests.Response:
        """Get a ticket."""
        headers = {"X-VendorUsername": username, "X-VendorPassword": password}
        answer = requests.post(f"{self.root}/my-authenticate.aspx", headers=headers, timeout=20)
        if answer.status_code == 200:
            self.headers = {TICKET: answer.json()["VendorToken"]}
        return answer

    def call(self, method: str, path: str, **keywords: Any) -> requests.Response:
        """A call with the ticket."""
        return requests.request(
            method, f"{self.root}{path}", headers=self.headers, timeout=20, **keywords
        )

    def rows(self, path: str, key: str, **parameters: Any) -> list[Document]:
        """The rows of a page."""
        answer = self.call("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        found: list[Document] = answer.json()[key]
        return found


@pytest.fixture(scope="module")
def contract_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The renamed contract."""
    return renamed_contract.write(tmp_path_factory.mktemp("contract") / "renamed.yaml")


@pytest.fixture(scope="module")
def renamed(contract_path: Path) -> Iterator[SandboxProcess]:
    """A sandbox that serves the renamed contract."""
    with SandboxProcess(contract=contract_path, any_sender=True) as sandbox:
        yield sandbox


@pytest.fixture
def vendor(renamed: SandboxProcess) -> Vendor:
    """Somebody who is logged in."""
    vendor = Vendor(renamed.url)
    assert vendor.log_in("demo", "demo").status_code == 200
    return vendor


def new_campaign(template: str) -> Document:
    """A complete campaign."""
    return {
        "VendorExternalId": "reference-1",
        "VendorName": "Spring",
        "VendorSubject": "Spring",
        "VendorDescription": "Sent to everybody.",
        "VendorFromName": "News",
        "VendorFromEmail": "news@example.com",
        "VendorTemplateId": template,
    }


def test_the_whole_job_goes_by_the_other_names(renamed: SandboxProcess, vendor: Vendor) -> None:
    [chosen, *_] = vendor.rows(LISTS, "VendorLists", VendorPageSize=2)
    [template, *_] = vendor.rows("/my-templates.aspx", "VendorTemplates")
    assert UUID(chosen["VendorId"]) and chosen["VendorRecipientCount"] >= 0
    created = vendor.call("POST", CAMPAIGNS, json=new_campaign(template["VendorId"]))
    assert created.status_code == 201, created.text
    campaign = created.json()
    assert campaign["VendorTemplateId"] == template["VendorId"]
    assert campaign["VendorStatus"] == other_word("draft")
    people = [{"VendorEmail": "ann@example.com"}, {"VendorEmail": "not an address"}]
    path = f"{LISTS}/{chosen['VendorId']}/my-recipients.aspx"
    added = vendor.call("POST", path, json={"VendorRecipients": people}).json()["VendorResults"]
    assert [one["VendorStatus"] for one in added] == [other_word("added"), other_word("invalid")]
    [known] = [one for one in renamed.control.campaigns() if one["externalId"] == "reference-1"]
    list_id = renamed.control.account_state()["lists"][0]["id"]
    renamed.control.launch(known["id"], list_id, rates={"open": 0.5})
    found = vendor.rows(CAMPAIGNS, "VendorCampaigns", VendorExternalId="reference-1")
    assert [one["VendorStatus"] for one in found] == [other_word("sent")]
    own = f"{CAMPAIGNS}/{campaign['VendorId']}"
    figures = vendor.call("GET", f"{own}/my-statistics.aspx")
    sent = renamed.control.campaign(known["id"])["statistics"]
    assert figures.json()["VendorEmailsSent"] == sent["emailsSent"] > 200
    assert figures.json()["VendorOpenRate"] == sent["openRate"] > 10
    rows = vendor.rows(f"{own}/my-recipients.aspx", "VendorRecipients", VendorPageSize=1000)
    assert "ann@example.com" in {one["VendorEmail"] for one in rows}
    assert int(figures.headers["X-VendorXRateLimitRemaining"]) > 0


def test_the_client_speaks_it_without_a_line_of_code(
    contract_path: Path, renamed: SandboxProcess
) -> None:
    renamed.control.reset()
    contract = load(contract_path)
    with CampaignMasterClient(
        renamed.url, Credentials("demo", "demo"), contract=contract
    ) as client:
        chosen, template = next(client.iter_lists()), next(client.iter_templates())
        fields = CampaignFields(
            external_id="reference-2",
            name="Spring",
            subject="Spring",
            description="Sent to everybody.",
            from_name="News",
            from_email="news@example.com",
            template_id=template.id,
        )
        campaign = client.create_campaign(fields)
        assert client.find_campaign("reference-2") == campaign
        assert (
            client.update_campaign(campaign.id, replace(fields, subject="Later")).subject == "Later"
        )
        new = [NewRecipient(email) for email in ("ann@example.com", "Ann@example.com")]
        answer = client.add_list_recipients(chosen.id, new)
        assert [one and one.status for one in answer.results] == [AddStatus.ADDED, AddStatus.EXISTS]
        renamed.control.launch(campaign.id, identifiers.read(chosen.id), rates={"open": 0.5})
        assert client.get_campaign(campaign.id).status is CampaignStatus.SENT
        figures = client.campaign_statistics(campaign.id)
        told = renamed.control.campaign(campaign.id)["statistics"]
        assert (figures.emails_sent, figures.open_rate) == (told["emailsSent"], told["openRate"])
        pages = client.iter_campaign_recipient_pages(campaign.id)
        assert sum(len(page.items) for page in pages) == told["emailsSent"] > 200
        assert {one.name for one in client.recipient_fields()} >= {"Email"}
        assert client.rate_limit and client.rate_limit.limit == 5000
        assert not client.deviations
        with pytest.raises(NotFound):
            client.get_campaign(str(UUID(int=7)))
        with pytest.raises(RequestRefused) as refused:
            client.update_campaign(campaign.id, fields)
        assert refused.value.code == "campaign_not_draft"


def test_refusals_are_told_in_the_other_words(vendor: Vendor) -> None:
    for answer, code, field in (
        (vendor.log_in("demo", "wrong"), "invalid_credentials", None),
        (vendor.call("POST", CAMPAIGNS, json={}), "subject_required", "VendorSubject"),
        (vendor.call("GET", f"{CAMPAIGNS}/{UUID(int=7)}"), "not_found", None),
        (vendor.call("GET", LISTS, params={"page": 1}), "validation", "page"),
    ):
        error = answer.json()["VendorError"]
        assert (error["VendorCode"], error.get("VendorField")) == (other_word(code), field)


def test_a_template_that_is_not_there_is_refused_by_its_other_name(vendor: Vendor) -> None:
    body = new_campaign(str(UUID(int=7)))
    error = vendor.call("POST", CAMPAIGNS, json=body).json()["VendorError"]
    assert error["VendorField"] == "VendorTemplateId"


@pytest.mark.parametrize("path", ["/api/v1/lists", f"{ROOT}/lists"])
def test_the_names_of_the_agreed_contract_are_gone(renamed: SandboxProcess, path: str) -> None:
    assert requests.get(f"{renamed.url}{path}", timeout=20).status_code == 404


def test_oddities_are_spoilt_in_the_other_names(renamed: SandboxProcess, vendor: Vendor) -> None:
    renamed.control.set_oddity("last_page_untold", "listLists", count=1)
    renamed.control.set_oddity("counts_as_text", "listLists", count=1, key="recipientCount")
    answer = vendor.call("GET", LISTS).json()
    assert "VendorIsLastPage" not in answer
    assert {type(one["VendorRecipientCount"]) for one in answer["VendorLists"]} == {str}


def test_the_environment_names_a_contract_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "CAMPAIGN_MASTER_CONTRACT", str(renamed_contract.write(tmp_path / "renamed.yaml"))
    )
    with SandboxProcess() as sandbox:
        assert Vendor(sandbox.url).log_in("demo", "demo").status_code == 200
