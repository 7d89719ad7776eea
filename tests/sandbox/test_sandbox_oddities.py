"""Each oddity does what its name says, to what it was meant for, and an answer is whole without."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sandbox_support import Api, Document, campaign_fields, people

from sandbox.oddities.catalogue import DESCRIPTIONS, DIALECTS
from sandbox.testing import ControlError, SandboxProcess

Answer = requests.Response
Check = Callable[[Answer, Answer], bool]
EMAILS = people(4)


class World:
    """A launched campaign on a list, and the calls that tests make about it."""

    def __init__(self, sandbox: SandboxProcess, api: Api) -> None:
        self.api = api
        template_id = sandbox.control.account_state()["templates"][0]["id"]
        self.list_id = sandbox.control.create_list("Launched", EMAILS)
        self.campaign_id = api.create_campaign(templateId=template_id)
        rates = {"open": 0.9, "hard_bounce": 0.0, "soft_bounce": 0.0, "unsubscribe": 0.0}
        sandbox.control.launch(self.campaign_id, self.list_id, rates=rates)

    def call(self, operation: str) -> Answer:
        """The answer of an operation; those of nothing and of adding are always the same."""
        own = f"/campaigns/{self.campaign_id}"
        if operation == "addListRecipients":
            body = {"recipients": [{"email": email} for email in EMAILS]}
            return self.api.call("POST", f"/lists/{self.list_id}/recipients", json=body)
        if operation == "updateCampaign":  # which is refused after the launch
            return self.api.call("PUT", own, json={"subject": "Later"})
        if operation == "authenticate":
            return self.api.authenticate(username="demo", password="demo")
        paths = {
            "listLists": "/lists",
            "listCampaigns": "/campaigns",
            "getCampaign": own,
            "getCampaignStatistics": f"{own}/statistics",
            "listCampaignRecipients": f"{own}/recipients",
        }
        return self.api.get(paths[operation])


@pytest.fixture
def world(sandbox: SandboxProcess, api: Api) -> World:
    return World(sandbox, api)


def field(name: str, check: Callable[[Any, Any], bool]) -> Check:
    """Checks a value of one object, or of all rows of a page, against the one without oddity."""

    def holds(odd: Answer, even: Answer) -> bool:
        pairs = zip(rows_of(odd.json()), rows_of(even.json()), strict=True)
        return all(check(one[name], other[name]) for one, other in pairs)

    return holds


def rows_of(document: Any) -> list[Document]:
    """The rows of a page, or the one object."""
    for value in document.values():
        if isinstance(value, list):
            return value
    return [document]


def written(pattern: str) -> Check:
    """Checks all dates of a campaign's recipients that there are."""

    def holds(odd: Answer, even: Answer) -> bool:
        dates = [row["updatedAt"] for row in odd.json()["recipients"]]
        return len(dates) == len(EMAILS) and all(re.fullmatch(pattern, str(one)) for one in dates)

    return holds


def emails(check: Callable[[list[Any], list[Any]], bool]) -> Check:
    """Checks the addresses of results or rows."""

    def holds(odd: Answer, even: Answer) -> bool:
        both = (rows_of(answer.json()) for answer in (odd, even))
        addresses = [[one.get("email", "missing") for one in rows] for rows in both]
        return check(*addresses)

    return holds


def keys(write: Callable[[str], str]) -> Check:
    """Checks all keys, those of rows too."""

    def holds(odd: Answer, even: Answer) -> bool:
        first, second = odd.json(), even.json()
        inner = [sorted(rows_of(one)[0]) for one in (first, second)]
        return list(first) == [write(key) for key in second] and inner[0] == sorted(
            write(key) for key in inner[1]
        )

    return holds


def status(number: int, **parts: Any) -> Check:
    """Checks the status, and maybe the document."""
    return lambda odd, _even: (
        odd.status_code == number
        and all(odd.json()[name] == value for name, value in parts.items())
    )


def header(name: str, check: Callable[[str], bool]) -> Check:
    """Checks a header of the limits; empty where it is missing."""
    return lambda odd, _even: check(odd.headers.get(f"x-{name}", ""))


def labelled(media_type: str) -> Check:
    """Checks the label of the body."""
    return lambda odd, _even: media_type in odd.headers["Content-Type"]


def first_page_with(count: int) -> Check:
    """Checks a page of lists that isn't the last one."""
    return lambda odd, _even: (
        len(odd.json()["lists"]) == count and odd.json()["isLastPage"] is False
    )


def one_less(check: Callable[[Document], bool]) -> Check:
    """Checks that exactly one row is so."""
    return lambda odd, even: (
        sum(map(check, rows_of(odd.json()))) == 1 and not any(map(check, rows_of(even.json())))
    )


RECIPIENTS, LISTS, ADD, FIGURES = (
    "listCampaignRecipients", "listLists", "addListRecipients", "getCampaignStatistics",
)  # fmt: skip
REFUSED = "updateCampaign"
SENTENCE = "The campaign is sent; only a draft can be changed."
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
CHECKS: dict[str, tuple[str, Check]] = {
    "counts_as_text": (FIGURES, field("totalOpens", lambda odd, even: odd == str(even))),
    "counts_as_decimals": (FIGURES, lambda odd, _even: b'"emailsSent":4.0' in odd.content),
    "counts_null": (FIGURES, lambda odd, _even: list(odd.json().values()).count(None) == 1),
    "flags_as_numbers": (RECIPIENTS, field("bounced", lambda odd, _even: type(odd) is int)),
    "flags_as_text": (RECIPIENTS, field("bounced", lambda odd, _even: odd == "False")),
    "ids_as_text": (LISTS, field("id", lambda odd, even: odd == str(even))),
    "ids_as_decimals": (LISTS, lambda odd, _even: b'.0,"name"' in odd.content),
    "ids_as_guids": (LISTS, field("id", lambda odd, _even: len(odd) == 36 and odd.count("-") == 4)),
    "dates_with_blank": (RECIPIENTS, written(ISO.replace("T", " ") + r"\.\d{3}Z")),
    "dates_without_offset": (RECIPIENTS, written(ISO + r"\.\d{3}")),
    "dates_plain": (RECIPIENTS, written(ISO.replace("T", " "))),
    "dates_with_long_fraction": (RECIPIENTS, written(ISO + r"\.\d{7}Z")),
    "dates_with_short_offset": (RECIPIENTS, written(ISO + r"\.\d{3}\+0000")),
    "dates_of_dotnet": (RECIPIENTS, written(r"/Date\(\d{13}\)/")),
    "dates_in_seconds": (RECIPIENTS, written(r"\d{10}")),
    "dates_in_milliseconds": (RECIPIENTS, written(r"\d{13}")),
    "dates_empty": (RECIPIENTS, written("")),
    "dates_null": (RECIPIENTS, written("None")),
    "dates_of_year_one": (RECIPIENTS, written("0001-01-01T00:00:00")),
    "dates_of_1900": (RECIPIENTS, written("1900-01-01T00:00:00Z")),
    "dates_before_launch": (RECIPIENTS, field("updatedAt", lambda odd, even: odd < even[:4])),
    "words_in_other_case": (FIGURES, field("status", lambda odd, _even: odd == " SENT ")),
    "word_unknown": (FIGURES, field("status", lambda odd, _even: odd == "paused")),
    "value_null": (FIGURES, lambda odd, _even: list(odd.json().values()).count(None) == 1),
    "value_other": (FIGURES, lambda odd, _even: list(odd.json().values()).count(None) == 1),
    "value_missing": (FIGURES, lambda odd, even: len(even.json()) - len(odd.json()) == 1),
    "value_unreadable": (FIGURES, lambda odd, _even: {"value": {}} in odd.json().values()),
    "row_key_null": (RECIPIENTS, one_less(lambda row: row["email"] is None)),
    "row_key_missing": (RECIPIENTS, one_less(lambda row: "email" not in row)),
    "row_without_name": (LISTS, one_less(lambda row: "name" not in row)),
    "row_is_text": (RECIPIENTS, one_less(lambda row: isinstance(row, str))),
    "row_before_without_key": (RECIPIENTS, emails(lambda odd, even: odd == [None, *even])),
    "results_fewer": (ADD, emails(lambda odd, even: len(odd) == 3 and set(odd) < set(even))),
    "results_shuffled": (ADD, emails(lambda odd, even: sorted(odd) == even != odd)),
    "results_doubled": (ADD, emails(lambda odd, even: len(odd) == 5 and set(odd) == set(even))),
    "results_in_other_case": (ADD, emails(lambda odd, even: odd == [one.upper() for one in even])),
    "results_with_blanks": (ADD, emails(lambda odd, even: odd == [f" {one} " for one in even])),
    "results_without_address": (ADD, emails(lambda odd, _even: odd == [None] * 4)),
    "figures_contradict": (
        FIGURES, lambda odd, _even: odd.json()["uniqueOpens"] > odd.json()["totalOpens"]
    ),
    "first_page_empty": (LISTS, first_page_with(0)),
    "pages_smaller": (LISTS, first_page_with(2)),
    "last_page_untold": (LISTS, lambda odd, _even: set(odd.json()) == {"currentPage", "lists"}),
    "page_number_untold": (LISTS, lambda odd, _even: set(odd.json()) == {"isLastPage", "lists"}),
    "bare_array": (LISTS, lambda odd, even: odd.json() == even.json()["lists"]),
    "array_renamed": (LISTS, lambda odd, even: odd.json()["data"] == even.json()["lists"]),
    "keys_added": (LISTS, lambda odd, even: set(odd.json()) - set(even.json()) == {"links"}),
    "keys_in_pascal_case": (LISTS, keys(lambda key: key[0].upper() + key[1:])),
    "keys_in_lower_case": (LISTS, keys(str.lower)),
    "keys_in_upper_case": (LISTS, keys(str.upper)),
    "reason_in_message": (REFUSED, lambda odd, _even: odd.json() == {"message": SENTENCE}),
    "reason_in_capital_message": (REFUSED, lambda odd, _even: odd.json() == {"Message": SENTENCE}),
    "reason_as_problem": (
        REFUSED,
        lambda odd, _even: odd.json()["detail"] == SENTENCE
        and odd.headers["Content-Type"] == "application/problem+json",
    ),
    "reason_in_errors": (REFUSED, status(400, errors=[{"message": SENTENCE}])),
    "reason_as_description": (
        REFUSED, status(400, error="campaign_not_draft", error_description=SENTENCE)
    ),
    "reason_as_text": (
        REFUSED, lambda odd, even: odd.text == SENTENCE and labelled("text/plain")(odd, even)
    ),
    "done_with_202": (LISTS, status(202, currentPage=1)),
    "done_with_204": (LISTS, lambda odd, _even: (odd.status_code, odd.content) == (204, b"")),
    "label_text_json": (LISTS, labelled("text/json")),
    "label_text_plain": (LISTS, labelled("text/plain")),
    "label_missing": (LISTS, lambda odd, _even: "Content-Type" not in odd.headers),
    "limits_missing": (LISTS, lambda odd, _even: "rate-limit" not in str(odd.headers).lower()),
    "remaining_missing": (LISTS, header("rate-limit-remaining", lambda text: text == "")),
    "remaining_negative": (LISTS, header("rate-limit-remaining", lambda text: text == "-1")),
    "limits_with_decimals": (LISTS, header("rate-limit-limit", lambda text: text == "5000.0")),
    "resets_from_now": (LISTS, header("rate-limit-reset", lambda text: 3500 < int(text) <= 3601)),
    "token_reset_from_now": (LISTS, header("token-reset", lambda text: 28700 < int(text) <= 28800)),
    "token_reset_missing": (LISTS, header("token-reset", lambda text: text == "")),
    "failing_500": (LISTS, status(500)),
    "firewall_page": (LISTS, lambda odd, _even: odd.status_code == 403 and "firewall" in odd.text),
    "payment_required": (LISTS, status(402)),
    "account_deactivated": (LISTS, status(403, message="The account has been deactivated.")),
    "method_refused": (LISTS, status(405)),
    "request_timeout": (LISTS, status(408)),
    "conflict": (LISTS, status(409)),
    "batch_too_large": (ADD, status(413)),
    "list_locked": (LISTS, status(423)),
    "legal_reasons": (LISTS, status(451)),
    "maintenance": (LISTS, lambda odd, _even: odd.json()["error"]["code"] == "maintenance"),
    "log_in_invalid_grant": ("authenticate", status(400, error="invalid_grant")),
    "log_in_forbidden": ("authenticate", status(403)),
    "month_without_end": (
        LISTS, lambda odd, _even: odd.status_code == 429 and "x-rate-limit-reset" not in odd.headers
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_each_oddity_once(sandbox: SandboxProcess, world: World, kind: str) -> None:
    operation, check = CHECKS[kind]
    even = world.call(operation)
    sandbox.control.set_oddity(kind, operation, count=1)
    odd = world.call(operation)
    assert check(odd, even), odd.text
    after = world.call(operation)
    assert (after.status_code, after.content == even.content) == (
        even.status_code, operation != "authenticate",
    )  # fmt: skip
    assert sandbox.control.oddities() == []
    assert [call["fault"] for call in sandbox.control.calls(operation)][-2:] == [kind, ""]


def test_what_does_not_fit_an_answer_is_not_used_up(sandbox: SandboxProcess, world: World) -> None:
    sandbox.control.set_oddity("dates_of_dotnet", count=1)
    sandbox.control.set_oddity("reason_in_message", count=1)
    world.call(LISTS)
    assert [one["struck"] for one in sandbox.control.oddities()] == [0, 0]
    assert "/Date(" in world.call("getCampaign").text
    assert world.call(REFUSED).json() == {"message": SENTENCE}
    assert sandbox.control.oddities() == []


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, 8),
        ({"key": "totalOpens"}, 4),
        ({"key": "recipients.totalClicks"}, 4),
        ({"key": "total_clicks", "row": 3}, 1),
        ({"row": 2}, 2),
        ({"reach": "row"}, 2),
        ({"reach": "value"}, 1),
    ],
)
def test_one_value_one_row_or_all(
    sandbox: SandboxProcess, world: World, fields: dict[str, Any], changed: int
) -> None:
    sandbox.control.set_oddity("counts_as_text", RECIPIENTS, **fields)
    rows = world.call(RECIPIENTS).json()["recipients"]
    texts = [
        row for row in rows for name in ("totalOpens", "totalClicks") if type(row[name]) is str
    ]
    assert len(texts) == changed


def test_what_is_drawn_comes_again_from_the_seed(sandbox: SandboxProcess, api: Api) -> None:
    def drawn(seed: int) -> list[str]:
        sandbox.control.reset(seed=seed)
        api.log_in()
        sandbox.control.set_oddity("row_without_name", LISTS)
        return [
            str(["name" in row for row in api.document("/lists")["lists"]]) for _count in range(12)
        ]

    first = drawn(3)
    assert len(set(first)) > 1
    assert drawn(3) == first
    assert drawn(4) != first


def test_an_empty_page_before_the_full_ones_hides_none(sandbox: SandboxProcess, api: Api) -> None:
    even = api.document("/lists")["lists"]
    sandbox.control.set_oddity("first_page_empty")
    sandbox.control.set_oddity("pages_smaller", amount=2)
    pages = [api.document("/lists", page=number) for number in range(1, 4)]
    assert [page["currentPage"] for page in pages] == [1, 2, 3]
    assert [row for page in pages for row in page["lists"]] == even[:4]
    assert pages[0]["lists"] == []


def test_only_large_batches_are_too_large(sandbox: SandboxProcess, api: Api, list_id: int) -> None:
    sandbox.control.set_oddity("batch_too_large", amount=3)
    body = {"recipients": [{"email": email} for email in EMAILS]}
    assert api.call("POST", f"/lists/{list_id}/recipients", json=body).status_code == 413
    assert sandbox.control.emails_on_list(list_id) == []
    assert api.add(list_id, EMAILS[:3]) == ["added"] * 3


@pytest.mark.parametrize("kind", ["failing_500", "firewall_page"])
def test_one_recipient_fails_lastingly(
    sandbox: SandboxProcess, api: Api, list_id: int, kind: str
) -> None:
    sandbox.control.set_oddity(kind, ADD, contains=EMAILS[1])
    body = {"recipients": [{"email": email} for email in EMAILS]}
    assert api.call("POST", f"/lists/{list_id}/recipients", json=body).status_code >= 400
    assert api.add(list_id, EMAILS[2:]) == ["added"] * 2


def test_a_refused_call_is_counted_and_needs_its_token(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_oddity("account_deactivated")
    before = int(api.get("/lists").headers["x-rate-limit-remaining"])
    assert int(api.get("/lists").headers["x-rate-limit-remaining"]) == before - 1
    sandbox.control.expire_tokens()
    assert api.get("/lists").status_code == 401
    sandbox.control.set_oddity("log_in_invalid_grant")
    assert api.authenticate(username="demo", password="demo").status_code == 400


def test_guids_are_understood_when_they_come_back(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_oddity("ids_as_guids")
    list_id = api.document("/lists")["lists"][0]["id"]
    template_id = api.document("/templates")["templates"][0]["id"]
    assert api.add(list_id.upper(), ["new@example.com"]) == ["added"]
    assert api.add(f"{{{list_id}}}", ["new@example.com"]) == ["exists"]
    campaign_id: Any = api.create_campaign(templateId=template_id)
    assert api.document(f"/campaigns/{campaign_id}")["templateId"] == template_id
    never_given_out = ("1" if campaign_id[0] == "0" else "0") + campaign_id[1:]
    assert api.call("GET", f"/campaigns/{never_given_out}").status_code == 400
    assert len(sandbox.control.campaigns()) == 1
    answer = api.call("POST", "/campaigns", json=campaign_fields(templateId=campaign_id[::-1]))
    assert answer.status_code == 400


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_is_there_from_the_start_and_after_a_reset(dialect: str) -> None:
    with SandboxProcess(dialect=dialect) as sandbox:
        before = [one["kind"] for one in sandbox.control.oddities()]
        assert len(before) == len(DIALECTS[dialect])
        sandbox.control.clear_oddities()
        sandbox.control.reset()
        assert [one["kind"] for one in sandbox.control.oddities()] == before


def test_a_dialect_of_one_account(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.create_account("other", "other-password")
    other = Api(sandbox.url, "other", "other-password").log_in()
    assert len(sandbox.control.speak("dotnet", account="other")) == len(DIALECTS["dotnet"])
    assert isinstance(other.get("/lists").json(), list)
    assert api.document("/lists")["isLastPage"] is True
    with pytest.raises(ControlError, match="known: dotnet"):
        sandbox.control.speak("klingon")


@pytest.mark.parametrize(
    ("oddity", "reason"),
    [
        ({"kind": "earthquake"}, "kind is one of"),
        ({"kind": "ids_as_text", "operation": "deleteAll"}, "no operation deleteAll"),
        ({"kind": "ids_as_text", "count": 0}, "once at least"),
        ({"kind": "ids_as_text", "reach": "column"}, "one row or one value"),
        ({"kind": "ids_as_text", "row": -1}, "Rows count from 1"),
        ({"kind": "batch_too_large", "amount": 0}, "amount is 1"),
        ({"kind": "ids_as_text", "seconds": 1}, "no field seconds"),
        ({"kind": "value_other", "value": "12 o'clock"}, "isn't JSON"),
    ],
)
def test_an_impossible_oddity_says_why(
    sandbox: SandboxProcess, oddity: dict[str, object], reason: str
) -> None:
    with pytest.raises(ControlError, match=reason):
        sandbox.control.set_oddity(**oddity)  # type: ignore[arg-type]
    assert sandbox.control.oddities() == []


def test_oddities_go_together_with_faults(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_oddity("reason_in_message")
    sandbox.control.set_fault("validation", count=1)
    assert api.get("/lists").json() == {"message": "The request was refused."}
    sandbox.control.set_oddity("keys_in_upper_case")
    sandbox.control.set_fault("slow_drip", count=1, seconds=0.2)
    assert "LISTS" in api.get("/lists").json()
