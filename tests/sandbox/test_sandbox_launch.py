"""Launched campaigns: figures that agree, that come again from the seed, and suppression."""

from __future__ import annotations

import pytest
from sandbox_support import Api, Document, people

from sandbox.testing import ControlError, SandboxProcess

ALL = {"open": 1.0, "hard_bounce": 0.0, "soft_bounce": 0.0}
TIMES = ("firstOpen", "lastOpen", "firstClick", "lastClick")


def rows_of(api: Api, campaign_id: int, **parameters: object) -> list[Document]:
    """All individual statistics, page by page."""
    rows: list[Document] = []
    for page in range(1, 1000):
        answer = api.document(f"/campaigns/{campaign_id}/recipients", page=page, **parameters)
        rows += answer["recipients"]
        if answer["isLastPage"]:
            return rows
    raise AssertionError("no last page")


def launched(
    sandbox: SandboxProcess, api: Api, template_id: int, emails: list[str], **order: object
) -> int:
    """A campaign that was sent to these addresses."""
    number = len(api.document("/campaigns")["campaigns"])
    campaign_id = api.create_campaign(templateId=template_id, externalId=f"launch-{number}")
    sandbox.control.launch(campaign_id, sandbox.control.create_list("All", emails), **order)
    return campaign_id


def assert_rows_and_totals_agree(rows: list[Document], figures: Document) -> None:
    """Everything that must hold between individual rows and the campaign's totals."""
    assert figures["emailsSent"] == len(rows)
    bounced = [row for row in rows if row["bounced"]]
    assert figures["hardBounces"] + figures["softBounces"] == len(bounced)
    for total, unique, key in (
        ("totalOpens", "uniqueOpens", "totalOpens"),
        ("totalClicks", "uniqueClicks", "totalClicks"),
        ("totalForwards", "uniqueForwards", "totalForwards"),
    ):
        assert figures[total] == sum(row[key] for row in rows)
        assert figures[unique] == sum(row[key] > 0 for row in rows)
        assert figures[unique] <= figures[total]
    assert figures["totalUnsubscribes"] == sum(row["totalUnsubscribes"] for row in rows)
    active = [row for row in rows if row["totalOpens"] or row["bounced"]]
    assert figures["noRecordedActivity"] == len(rows) - len(active)
    delivered = len(rows) - len(bounced)
    expected = 100 * figures["uniqueOpens"] / delivered if delivered else 0
    assert figures["openRate"] == pytest.approx(expected, abs=0.01)


def assert_row_is_sound(row: Document, sent_at: str) -> None:
    """Everything that must hold within one row. Times compare as texts: all are alike in UTC."""
    if row["bounced"]:
        assert not any(row[key] for key in ("totalOpens", "totalClicks", "totalForwards", *TIMES))
    assert bool(row["totalOpens"]) == bool(row["firstOpen"]) == bool(row["lastOpen"])
    assert bool(row["totalClicks"]) == bool(row["firstClick"]) == bool(row["lastClick"])
    for key in TIMES:
        assert row[key] is None or sent_at <= row[key] <= row["updatedAt"]
    if row["firstOpen"]:
        assert row["firstOpen"] <= row["lastOpen"]
    if row["firstClick"]:
        assert row["firstOpen"] < row["firstClick"] <= row["lastClick"]


def test_at_once_everything_has_happened_and_agrees(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    campaign_id = launched(sandbox, api, template_id, people(900) + people(900, "example.org"))
    figures = api.document(f"/campaigns/{campaign_id}/statistics")
    rows = rows_of(api, campaign_id, pageSize=700)
    assert figures["status"] == api.document(f"/campaigns/{campaign_id}")["status"] == "sent"
    assert figures["sentAt"] == api.document(f"/campaigns/{campaign_id}")["sentAt"]
    assert [row["email"] for row in rows] == sorted(people(900) + people(900, "example.org"))
    assert_rows_and_totals_agree(rows, figures)
    for row in rows:
        assert_row_is_sound(row, figures["sentAt"])


def test_the_usual_rates_are_plausible(sandbox: SandboxProcess, api: Api, campaign_id: int) -> None:
    sandbox.control.populate_campaign(campaign_id, 20_000)
    figures = api.document(f"/campaigns/{campaign_id}/statistics")
    shares = {
        "hardBounces": 0.01, "softBounces": 0.015, "uniqueOpens": 0.35, "uniqueClicks": 0.06,
        "totalUnsubscribes": 0.004, "uniqueForwards": 0.005,
    }  # fmt: skip
    for name, share in shares.items():
        assert figures[name] / 20_000 == pytest.approx(share, rel=0.25), name


def test_the_same_seed_gives_the_same_figures_in_any_order(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    sandbox.control.freeze_clock()
    results = []
    for emails in (people(400), people(400)[::-1]):
        campaign_id = api.create_campaign(templateId=template_id, externalId="same")
        list_id = sandbox.control.create_list("Some", emails)
        sandbox.control.launch(campaign_id, list_id, seed=5)
        results.append(rows_of(api, campaign_id))
        for row in rows_of(api, campaign_id):
            sandbox.control.lift_suppression(row["email"]) if row["totalUnsubscribes"] else None
    assert results[0] == results[1]


def test_figures_do_not_depend_on_who_else_is_mailed(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    results = []
    for emails in (people(300), people(300)[100:200]):
        campaign_id = api.create_campaign(templateId=template_id, externalId="same")
        list_id = sandbox.control.create_list("Some", emails)
        sandbox.control.launch(campaign_id, list_id, rates={"unsubscribe": 0.0})
        rows = rows_of(api, campaign_id)
        results.append({row["email"]: (row["totalOpens"], row["totalClicks"]) for row in rows})
    assert results[1].items() <= results[0].items()


def test_another_seed_or_another_campaign_gives_others(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    list_id = sandbox.control.create_list("Some", people(300))
    outcomes = []
    for external_id, seed in (("one", 1), ("one", 2), ("two", 1)):
        campaign_id = api.create_campaign(templateId=template_id, externalId=external_id)
        sandbox.control.launch(campaign_id, list_id, seed=seed, rates={"unsubscribe": 0.0})
        outcomes.append([row["totalOpens"] for row in rows_of(api, campaign_id)])
    assert outcomes[0] != outcomes[1] and outcomes[0] != outcomes[2]


def test_over_time_it_is_scheduled_then_sending_then_sent(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    sandbox.control.freeze_clock()
    campaign_id = launched(sandbox, api, template_id, people(100), speed=1)
    path = f"/campaigns/{campaign_id}"
    seen = []
    for _step in range(12):
        figures = api.document(f"{path}/statistics")
        seen.append((figures["status"], figures["emailsSent"]))
        rows = rows_of(api, campaign_id)
        assert_rows_and_totals_agree(rows, figures)
        assert (figures["sentAt"] is None) == (figures["status"] == "scheduled")
        for row in rows:
            assert_row_is_sound(row, figures["sentAt"])
        sandbox.control.advance_clock(seconds=10)
    statuses = [status for status, _sent in seen]
    assert list(dict.fromkeys(statuses)) == ["scheduled", "sending", "sent"]
    counts = [sent for _status, sent in seen]
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] == 100
    assert 0 < counts[5] < 100


def test_figures_only_grow_and_end_as_at_once(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    sandbox.control.freeze_clock()
    list_id = sandbox.control.create_list("Some", people(500))
    slow = api.create_campaign(templateId=template_id, externalId="same")
    sandbox.control.launch(slow, list_id, speed=60, rates={"unsubscribe": 0.0})
    before: Document = {}
    for _step in range(15):
        figures = api.document(f"/campaigns/{slow}/statistics")
        assert all(
            figures[name] >= value
            for name, value in before.items()
            if name.startswith(("total", "unique", "emails", "hard", "soft"))
        )
        assert_rows_and_totals_agree(rows_of(api, slow), figures)
        before = figures
        sandbox.control.advance_clock(minutes=6)
    at_once = api.create_campaign(templateId=template_id, externalId="same")
    sandbox.control.launch(at_once, list_id, rates={"unsubscribe": 0.0})
    final = api.document(f"/campaigns/{at_once}/statistics")
    assert final | {"sentAt": None} == before | {"sentAt": None}


def test_only_what_changed_since_is_given(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    sandbox.control.freeze_clock()
    campaign_id = launched(sandbox, api, template_id, people(300), speed=60)
    sandbox.control.advance_clock(minutes=5)
    old = {row["email"]: row for row in rows_of(api, campaign_id)}
    since = sandbox.control.advance_clock(seconds=0)
    sandbox.control.advance_clock(minutes=30)
    new = {row["email"]: row for row in rows_of(api, campaign_id)}
    changed = [email for email in sorted(new) if new[email] != old[email]]
    given = rows_of(api, campaign_id, updatedAfter=since, pageSize=7)
    assert 10 < len(changed) < 200
    assert [row["email"] for row in given] == changed
    assert all(row["updatedAt"] >= since for row in given)
    newest = max(row["updatedAt"] for row in given)
    latest = rows_of(api, campaign_id, updatedAfter=newest)
    assert newest in [row["updatedAt"] for row in latest], "at or after, not only after"


def test_filtered_pages_are_right_wherever_one_begins(
    sandbox: SandboxProcess, api: Api, campaign_id: int
) -> None:
    sandbox.control.freeze_clock()
    sandbox.control.populate_campaign(campaign_id, 7_000, speed=3600, rates=ALL)
    sandbox.control.advance_clock(seconds=1)
    since = sandbox.control.advance_clock(seconds=1)
    sandbox.control.advance_clock(seconds=30)
    rows = rows_of(api, campaign_id, updatedAfter=since)
    assert len(rows) > 5_000
    path = f"/campaigns/{campaign_id}/recipients"
    page = api.document(path, page=51, pageSize=97, updatedAfter=since)
    assert page["recipients"] == rows[50 * 97 : 51 * 97]


def test_who_unsubscribes_leaves_all_lists_and_is_never_added_again(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    other_list = sandbox.control.create_list("Other", ["person-1@example.com"])
    rates = ALL | {"unsubscribe": 1.0}
    campaign_id = launched(sandbox, api, template_id, people(5), rates=rates)
    assert api.document(f"/campaigns/{campaign_id}/statistics")["totalUnsubscribes"] == 5
    assert sorted(sandbox.control.account_state()["suppressions"]) == people(5)
    assert sandbox.control.emails_on_list(other_list) == []
    assert api.add(other_list, [*people(5), "new@example.com"]) == ["unsubscribed"] * 5 + ["added"]
    again = api.create_campaign(templateId=template_id, externalId="again")
    sandbox.control.launch(again, other_list)
    assert [row["email"] for row in rows_of(api, again)] == ["new@example.com"]


def test_who_unsubscribes_over_time_is_suppressed_only_then(
    sandbox: SandboxProcess, api: Api, template_id: int
) -> None:
    sandbox.control.freeze_clock()
    rates = ALL | {"unsubscribe": 1.0}
    launched(sandbox, api, template_id, people(50), speed=600, rates=rates)
    assert sandbox.control.account_state()["suppressions"] == []
    sandbox.control.advance_clock(seconds=45)
    some = len(sandbox.control.account_state()["suppressions"])
    assert 0 < some < 50
    sandbox.control.advance_clock(hours=1)
    assert len(sandbox.control.account_state()["suppressions"]) == 50


def test_a_lifted_suppression_lets_the_address_be_added(
    sandbox: SandboxProcess, api: Api, list_id: int
) -> None:
    sandbox.control.suppress(["Left@example.com"])
    assert api.add(list_id, ["left@example.com"]) == ["unsubscribed"]
    sandbox.control.lift_suppression("LEFT@example.com")
    assert api.add(list_id, ["left@example.com"]) == ["added"]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"speed": 0}, "speed"),
        ({"speed": 1e9}, "speed"),
        ({"rates": {"open": 2}}, "share"),
        ({"rates": {"open": 0.9, "hard_bounce": 0.5}}, "more than 1"),
        ({"rates": {"open": 0.1, "click": 0.2}}, "opening first"),
        ({"rates": {"read": 0.1}}, "no rate read"),
        ({"rates": {"open": "many"}}, "share"),
        ({"seed": "one"}, "whole number"),
    ],
)
def test_an_impossible_launch_says_why_and_does_nothing(
    sandbox: SandboxProcess, api: Api, campaign_id: int, order: dict[str, object], reason: str
) -> None:
    list_id = sandbox.control.create_list("Some", people(3))
    with pytest.raises(ControlError, match=reason):
        sandbox.control.launch(campaign_id, list_id, **order)
    assert api.document(f"/campaigns/{campaign_id}")["status"] == "draft"


def test_a_launch_needs_a_draft_a_template_and_somebody_to_mail(
    sandbox: SandboxProcess, api: Api, campaign_id: int, template_id: int, list_id: int
) -> None:
    with pytest.raises(ControlError, match="nobody who may be mailed"):
        sandbox.control.launch(campaign_id, list_id)
    sandbox.control.add_to_list(list_id, people(1))
    with pytest.raises(ControlError, match="no list 999999"):
        sandbox.control.launch(campaign_id, 999_999)
    sandbox.control.launch(campaign_id, list_id)
    with pytest.raises(ControlError, match="launched already"):
        sandbox.control.launch(campaign_id, list_id)
    other = api.create_campaign(templateId=template_id)
    sandbox.control.delete_template(template_id)
    with pytest.raises(ControlError, match="no template"):
        sandbox.control.launch(other, list_id)
