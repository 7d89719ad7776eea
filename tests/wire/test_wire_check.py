"""The API check: what differs is found, corrections can be pasted, and nobody's value is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
from campaign_master_api import CampaignFields, CampaignMasterClient, Credentials, Token, contract
from campaign_master_api.__main__ import COMPLETE, DIFFERS, UNUSABLE, main
from campaign_master_api.check import ApiCheck
from campaign_master_api.check_keys import Renaming, corrected, corrections, distinct, unloadable
from campaign_master_api.check_report import CheckReport
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from wire_support import API, SECRETS

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.append(ROOT)

from sandbox.testing import SandboxProcess  # noqa: E402

DIALECTS = ("dotnet", "text", "terse", "unix")
READING = 9
WRITING = 6
TEST_ADDRESS = "zoe.needle@example.com"
PAGED = {"currentPage": 1, "isLastPage": True}
CAMPAIGN = {
    "id": 5,
    "externalId": "reference-1",
    "name": "Spring",
    "subject": "Spring",
    "status": "sent",
    "sentAt": "2026-03-01T09:30:00Z",
    "templateId": 7,
}
FIGURES = [
    key.name
    for means, key in contract.current().operations["get_campaign_statistics"].answer.items()
    if means not in ("status", "sent_at")
]
ROW = {
    "email": "ada@example.com",
    "totalOpens": 1,
    "totalClicks": 0,
    "totalForwards": 0,
    "totalUnsubscribes": 0,
    "bounced": False,
    "firstOpen": None,
    "lastOpen": None,
    "firstClick": None,
    "lastClick": None,
    "updatedAt": "2026-03-01T09:30:00Z",
}
HEADERS = {
    "x-rate-limit-limit": "5000",
    "x-rate-limit-remaining": "4000",
    "x-rate-limit-reset": "60",
    "x-token-reset": "28800",
}


def answers() -> dict[str, Any]:
    """By path what the reading operations answer to the letter."""
    return {
        "lists": {**PAGED, "lists": [{"id": 1, "name": "News", "recipientCount": 2}]},
        "templates": {
            **PAGED,
            "templates": [{"id": 7, "name": "Plain", "subject": "Hello", "html": "<p>"}],
        },
        "recipient-fields": {"fields": [{"name": "City", "isSystemField": False}]},
        "campaigns": {**PAGED, "campaigns": [CAMPAIGN]},
        "campaigns/5": CAMPAIGN,
        "campaigns/5/statistics": {
            **dict.fromkeys(FIGURES, 1),
            "status": "sent",
            "sentAt": "2026-03-01T09:30:00Z",
        },
        "campaigns/5/recipients": {**PAGED, "recipients": [ROW]},
    }


def serve(server: responses.RequestsMock, told: dict[str, Any], **headers: str) -> None:
    for path, content in told.items():
        server.get(f"{API}/{path}", body=json.dumps(content), headers={**HEADERS, **headers})


def checked(server: responses.RequestsMock, told: dict[str, Any], **headers: str) -> CheckReport:
    """The report of a check that reads; `server` logs in already."""
    serve(server, told, **{"Content-Type": "application/json", **headers})
    return report_of("https://cm.example.com", Credentials(*SECRETS[:4]))


def report_of(
    url: str, credentials: Credentials, named: contract.Contract | None = None
) -> CheckReport:
    with CampaignMasterClient(url, credentials, contract=named) as client:
        check = ApiCheck(client, "v1")
        check.check_reading()
        return check.report()


def operation(report: CheckReport, name: str) -> Any:
    return next(one for one in report.operations if one.name == name)


# What differs ----------------------------------------------------------------------------------


def test_answers_to_the_letter_are_said_to_be_so(server: responses.RequestsMock) -> None:
    report = checked(server, answers())
    assert report.is_complete
    assert report.conclusion == (
        "Everything the connector needs is there, to the letter of the contract."
    )
    assert len(report.operations) == report.calls == READING
    assert not any(one.headers_missing or one.keys_missing for one in report.operations)
    lists = operation(report, "listLists")
    assert (lists.status, lists.content_type, lists.rows) == (200, "application/json", 1)
    assert lists.size == len(json.dumps(answers()["lists"]))
    assert set(lists.keys_found) == {*PAGED, "lists", "id", "name", "recipientCount"}


def test_what_was_understood_is_counted_with_how_it_is_written(
    server: responses.RequestsMock,
) -> None:
    told = answers()
    told["lists"]["lists"] = [{"ID": "12", "name": "News", "recipientCount": 2.0}]
    report = checked(server, told)
    assert report.is_complete
    assert report.conclusion == (
        "Everything the connector needs is there; 2 keys are written otherwise and were understood."
    )
    met = {one.key: (one.kind, one.how) for one in operation(report, "listLists").deviations}
    assert met == {
        "id": ("read_generously", "key in another case, digits as text"),
        "recipientCount": ("read_generously", "number with decimals"),
    }


def test_a_missing_key_with_a_near_one_is_a_line_to_paste(server: responses.RequestsMock) -> None:
    told = answers()
    told["campaigns/5/statistics"]["openCount"] = told["campaigns/5/statistics"].pop("totalOpens")
    for content in told.values():
        if "isLastPage" in content:
            content["isLast"] = content.pop("isLastPage")
    report = checked(server, told)
    assert not report.is_complete
    assert operation(report, "getCampaignStatistics").keys_missing == ("totalOpens",)
    assert "`isLast` is there, `isLastPage` is expected" in str(report)
    assert "`openCount` is there, `totalOpens` is expected" in str(report)
    file = contract.DEFAULT_PATH.read_text("utf-8").splitlines()
    assert report.corrections
    for correction in report.corrections:
        expected = file[correction.line - 1]
        for old, new in (("isLastPage", "isLast"), ("totalOpens", "openCount")):
            expected = expected.replace(old, new)
        assert correction.text == expected != file[correction.line - 1]


def test_a_key_of_another_kind_or_word_is_not_near(server: responses.RequestsMock) -> None:
    told = answers()
    figures = told["campaigns/5/statistics"]
    del figures["totalOpens"], figures["hardBounces"]
    figures |= {"openCounts": {"a": 1}, "links": 3}
    report = checked(server, told)
    assert not report.corrections
    assert sum("`totalOpens` (line " in hint for hint in report.hints) == 1
    assert "`x-not-offered: [hard_bounces]`" in str(report)


def test_skipped_rows_and_unread_values_are_told(server: responses.RequestsMock) -> None:
    told = answers()
    told["campaigns/5/recipients"]["recipients"] += [{**ROW, "email": None}, {**ROW, "bounced": []}]
    report = checked(server, told)
    rows = operation(report, "listCampaignRecipients")
    assert (rows.rows, rows.rows_skipped) == (3, 1)
    assert {(met.key, met.kind) for met in rows.deviations} >= {
        ("email", "row_skipped"),
        ("bounced", "value_dropped"),
    }
    assert "1 row can't be read" in report.conclusion


def test_one_operation_that_fails_does_not_stop_the_others(server: responses.RequestsMock) -> None:
    told = answers()
    del told["recipient-fields"]
    server.get(f"{API}/recipient-fields", status=404, json={"message": "no"})
    report = checked(server, told)
    assert [one.name for one in report.failed] == ["listRecipientFields"]
    assert all(one.status == 200 for one in report.operations if not one.problem)
    assert any("The path of listRecipientFields stands in line" in hint for hint in report.hints)


def test_a_wrong_log_in_is_tried_once(server: responses.RequestsMock) -> None:
    server.replace(responses.POST, f"{API}/authenticate", status=401, json={"error": {}})
    report = checked(server, answers())
    assert len(server.calls) == report.calls == 1
    assert "can't log in: the user name or password was refused" in report.conclusion
    assert all(one.not_looked_at for one in report.operations[1:])


def test_a_token_that_is_refused_ends_it(server: responses.RequestsMock) -> None:
    server.get(f"{API}/lists", status=401, json={})
    report = report_of("https://cm.example.com", Credentials(*SECRETS[:4]))
    assert report.calls == 4
    assert "How the token is sent stands under `securitySchemes`." in report.hints


def test_a_look_up_that_is_not_looked_at_is_told(server: responses.RequestsMock) -> None:
    told = answers()
    told["campaigns"]["campaigns"] = [CAMPAIGN, {**CAMPAIGN, "id": 6, "externalId": "other"}]
    report = checked(server, told)
    notes = [note for one in report.operations for note in one.notes]
    assert notes == ["`externalId` is not looked at: other campaigns came too"]


def test_the_newest_sent_campaign_is_read(server: responses.RequestsMock) -> None:
    told = answers()
    told["campaigns"]["campaigns"] = [
        {**CAMPAIGN, "id": 3, "sentAt": "2026-01-01T09:30:00Z"},
        CAMPAIGN,
        {**CAMPAIGN, "id": 9, "status": "draft", "sentAt": None},
    ]
    checked(server, told)
    assert any(call.request.url.endswith("/campaigns/5/statistics") for call in server.calls)  # type: ignore[union-attr]


def test_a_header_with_another_name_is_a_line_to_paste(server: responses.RequestsMock) -> None:
    told = {**HEADERS, "x-ratelimit-remaining": "1", "Content-Type": "text/json"}
    del told["x-rate-limit-remaining"]
    for path, content in answers().items():
        server.get(f"{API}/{path}", body=json.dumps(content), headers=told)
    report = report_of("https://cm.example.com", Credentials(*SECRETS[:4]))
    [correction] = report.corrections
    assert correction.text.strip().startswith("x-ratelimit-remaining: {$ref")
    assert "the answers are labelled otherwise" in report.conclusion


# Nobody's values -------------------------------------------------------------------------------

NEEDLES = (
    "ada.lovelace@example.com",
    "Lovelace",
    "Ada Lovelace",
    "token-value-17",
    "passWord17x",
    "<script>alert(1)</script>",
    "https://cm.example.com/x",
    "4f1d6bb8c0ffee00",
    "text/lovelace",
    "1815-12-10",
    "\u202elovelace\n",
)
PLAIN = st.sampled_from(NEEDLES)
DEEP = st.recursive(
    PLAIN | st.none(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(PLAIN, inner)
)


def telling(report: str) -> list[str]:
    """The needles that a report has in it."""
    found = [needle for needle in NEEDLES if needle.lower() in report.lower()]
    return found + [
        word for word in ("lovelace", *SECRETS, "example.com") if word in report.lower()
    ]


@st.composite
def planted(draw: st.DrawFn, value: Any) -> Any:
    """An answer with needles as values and keys, here and there or everywhere."""
    if isinstance(value, list):
        return [draw(planted(one)) for one in value] * draw(st.sampled_from((1, 3)))
    if isinstance(value, dict):
        kept = {name: draw(planted(one)) for name, one in value.items() if draw(st.integers(0, 9))}
        return kept | draw(st.dictionaries(PLAIN, DEEP, max_size=3))
    return draw(st.just(value) | DEEP)


@settings(max_examples=60, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.data())
def test_no_value_of_anybody_is_in_the_report(data: st.DataObject) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as server:
        server.post(f"{API}/authenticate", json={"token": SECRETS[4], **dict.fromkeys(NEEDLES, 1)})
        label = data.draw(st.sampled_from(("application/json", *NEEDLES[:8])))
        status = data.draw(st.sampled_from((200, 200, 200, 200, 400, 403, 500)))
        for path, content in answers().items():
            body = json.dumps(data.draw(planted(content)))
            names = {f"X-{data.draw(PLAIN)}".split("\n")[0]: "1", "Content-Type": label}
            server.get(f"{API}/{path}", body=body, status=status, headers={**HEADERS, **names})
        report = report_of("https://cm.example.com", Credentials(*SECRETS[:4]))
    assert not telling(str(report))
    assert not telling(repr(report))


def test_unknown_keys_are_shown_to_who_asks_for_all(server: responses.RequestsMock) -> None:
    told = answers()
    told["lists"]["Lovelace"] = 1
    assert operation(checked(server, told), "listLists").keys_unknown == ("(other)",)
    with CampaignMasterClient("https://cm.example.com", Credentials(*SECRETS[:4])) as client:
        check = ApiCheck(client, "v1", shows_all_keys=True)
        check.check_reading()
    assert operation(check.report(), "listLists").keys_unknown == ("Lovelace",)


def test_an_object_keyed_by_data_is_only_counted(server: responses.RequestsMock) -> None:
    told = answers()
    told["lists"] |= {f"mail{number}": 1 for number in range(36)}
    report = checked(server, told)
    assert operation(report, "listLists").keys_unknown == ("(other) x 36",)


def test_a_key_of_one_row_alone_is_only_counted(server: responses.RequestsMock) -> None:
    told = answers()
    told["lists"]["lists"] = [{"id": 1, "name": "News", "links": 1}, {"id": 2, "name": "Old"}]
    report = checked(server, told)
    assert operation(report, "listLists").keys_unknown == ("(other)",)


# Against the sandbox ---------------------------------------------------------------------------


@pytest.fixture
def start() -> Iterator[Callable[..., SandboxProcess]]:
    """Starts a sandbox with a sent campaign; its options as arguments."""
    running: list[SandboxProcess] = []

    def begin(**options: Any) -> SandboxProcess:
        sandbox = SandboxProcess(**options).start()
        running.append(sandbox)
        file = options.get("contract") or contract.DEFAULT_PATH
        send_a_campaign(sandbox, contract.load(file))
        sandbox.control.clear_calls()
        return sandbox

    yield begin
    for sandbox in running:
        sandbox.stop()


def send_a_campaign(sandbox: SandboxProcess, named: contract.Contract) -> None:
    sandbox.control.register_sender("news@example.com")
    with CampaignMasterClient(sandbox.url, Credentials("demo", "demo"), contract=named) as client:
        fields = CampaignFields(
            "reference-1",
            "Spring",
            "Spring",
            "First mailing",
            "Sales",
            "news@example.com",
            client.templates_page().items[0].id,
        )
        made = client.create_campaign(fields)
        sandbox.control.launch(made.id, client.lists_page().items[0].id)


def run(sandbox: SandboxProcess, *arguments: str) -> int:
    return main(["check", sandbox.url, "--username", "demo", *arguments])


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_MASTER_PASSWORD", "demo")


@pytest.mark.parametrize("dialect", [None, *DIALECTS])
def test_every_dialect_is_understood(
    start: Callable[..., SandboxProcess],
    capsys: pytest.CaptureFixture[str],
    dialect: str | None,
) -> None:
    sandbox = start(dialect=dialect)
    assert run(sandbox) == COMPLETE
    printed = capsys.readouterr().out
    last = printed.strip().splitlines()[-1]
    assert last.startswith("Everything the connector needs is there")
    assert ("to the letter" in last) == (dialect is None)
    assert not any(text in printed for text in ("example.com", "Spring", "reference-1", "News"))
    assert sum(sandbox.control.call_counts().values()) == READING


@pytest.mark.parametrize("dialect", [None, "dotnet", "terse"])
def test_writing_leaves_what_it_says(
    start: Callable[..., SandboxProcess],
    capsys: pytest.CaptureFixture[str],
    dialect: str | None,
) -> None:
    sandbox = start(dialect=dialect)
    list_id = str(sandbox.control.create_list("Own"))
    write = ("--write", "--list", list_id, "--test-address", TEST_ADDRESS)
    assert run(sandbox, *write) == COMPLETE
    printed = capsys.readouterr().out
    assert sandbox.control.emails_on_list(list_id) == [TEST_ADDRESS]
    drafts = [
        one for one in sandbox.control.account_state()["campaigns"] if one["status"] == "draft"
    ]
    [draft] = drafts
    left = printed.partition("Left behind")[2]
    assert draft["externalId"] in left
    assert "the test address on the chosen list" in left
    assert not any(text in printed for text in ("example.com", "zoe"))


def test_writing_needs_a_list_and_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "http://127.0.0.1:9", "--username", "demo", "--write"]) == UNUSABLE
    assert "--list" in capsys.readouterr().err


def test_a_renamed_contract_is_corrected_by_what_the_check_says(
    start: Callable[..., SandboxProcess], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = contract.DEFAULT_PATH.read_text("utf-8")
    for old, new in (("isLastPage", "isLast"), ("totalOpens", "openCount"), ("sentAt", "sentOn")):
        text = text.replace(old, new)
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text(text, "utf-8")
    sandbox = start(contract=theirs)
    ours = tmp_path / "ours.yaml"
    assert run(sandbox, "--corrected", str(ours)) == DIFFERS
    assert "`isLast` is there, `isLastPage` is expected" in capsys.readouterr().out
    assert run(sandbox, "--contract", str(ours)) == COMPLETE
    assert "to the letter" in capsys.readouterr().out
    assert ours.read_text("utf-8").partition("\npaths:")[2] == text.partition("\npaths:")[2]


def test_a_contract_with_every_name_changed_is_checked_by_its_own(
    start: Callable[..., SandboxProcess], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sys.path.append(f"{ROOT}/tests/sandbox")
    import renamed_contract  # noqa: PLC0415

    theirs = renamed_contract.write(tmp_path / "theirs.yaml")
    sandbox = start(contract=theirs)
    assert run(sandbox) == DIFFERS
    printed = capsys.readouterr()
    assert "can't log in" in printed.out
    assert "The path of authenticate stands in line" in printed.out
    assert run(sandbox, "--contract", str(theirs)) == COMPLETE
    assert "to the letter" in capsys.readouterr().out


def test_block_style_lists_of_required_keys_are_corrected_too(
    start: Callable[..., SandboxProcess], tmp_path: Path
) -> None:
    import yaml  # noqa: PLC0415

    content = json.loads(json.dumps(yaml.safe_load(contract.DEFAULT_PATH.read_text("utf-8"))))
    ours = tmp_path / "block.yaml"
    ours.write_text(yaml.safe_dump(content, default_flow_style=False), "utf-8")
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text(ours.read_text("utf-8").replace("totalOpens", "openCount"), "utf-8")
    sandbox = start(contract=theirs)
    named = contract.load(ours)
    report = report_of(sandbox.url, Credentials("demo", "demo"), named)
    (tmp_path / "corrected.yaml").write_text(corrected(named, report.corrections), "utf-8")
    again = report_of(
        sandbox.url, Credentials("demo", "demo"), contract.load(tmp_path / "corrected.yaml")
    )
    assert "to the letter" in again.conclusion


def test_nothing_of_an_unusable_address_is_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "ftp://cm.example.com", "--username", "demo"]) == UNUSABLE
    assert "Traceback" not in capsys.readouterr().err


def test_each_call_is_told_to_who_counts_them(server: responses.RequestsMock) -> None:
    serve(server, answers(), **{"Content-Type": "application/json"})
    told: list[int] = []
    token = Token("token-value-17", datetime(2999, 1, 1, tzinfo=UTC))
    with CampaignMasterClient(
        "https://cm.example.com",
        Credentials(*SECRETS[:4]),
        token=token,
        on_call=lambda: told.append(1),
    ) as client:
        check = ApiCheck(client, "v1")
        check.check_reading()
    assert len(told) == check.report().calls == READING


def test_the_page_shows_what_the_check_says(
    start: Callable[..., SandboxProcess], tmp_path: Path
) -> None:
    page = Path(ROOT, "docs", "vendor-api.md").read_text("utf-8")
    text = contract.DEFAULT_PATH.read_text("utf-8")
    for old, new in (("isLastPage", "isLast"), ("recipientCount", "contactCount")):
        assert f"s/{old}/{new}/g" in page
        text = text.replace(old, new)
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text(text, "utf-8")
    report = report_of(start(contract=theirs).url, Credentials("demo", "demo"))
    assert len(report.corrections) == 3
    for correction in report.corrections:
        for shown in (*correction.reasons, f"line {correction.line}:", correction.text):
            assert shown in page


def test_a_list_that_can_be_in_no_path_is_said_to_be_so(
    start: Callable[..., SandboxProcess], capsys: pytest.CaptureFixture[str]
) -> None:
    write = ("--write", "--list", "..", "--test-address", TEST_ADDRESS)
    assert run(start(), *write) == DIFFERS
    printed = capsys.readouterr().out
    assert "(the test address): not looked at, what is asked for can't be sent" in printed


def test_no_password_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.delenv("CAMPAIGN_MASTER_PASSWORD")
    monkeypatch.setattr("getpass.getpass", interrupted)
    assert main(["check", "https://cm.example.com", "--username", "demo"]) == UNUSABLE
    assert capsys.readouterr().out == ""


def test_no_password_and_nobody_to_ask_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(prompt: str) -> str:
        raise EOFError

    monkeypatch.delenv("CAMPAIGN_MASTER_PASSWORD")
    monkeypatch.setattr("getpass.getpass", nobody)
    assert main(["check", "https://cm.example.com", "--username", "demo"]) == UNUSABLE
    assert "set CAMPAIGN_MASTER_PASSWORD" in capsys.readouterr().err


# An account without campaigns ------------------------------------------------------------------


def test_without_a_campaign_it_says_that_not_enough_was_looked_at(
    server: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answers()
    told["campaigns"]["campaigns"] = []
    serve(server, told, **{"Content-Type": "application/json"})
    assert main(["check", "https://cm.example.com", "--username", "demo"]) == DIFFERS
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("Not enough was looked at: getCampaign, getCampaignStatistics and")
    assert "there is no campaign, and writing was not tried. Check again with `--write`" in last
    assert "make and send a campaign" in last


def test_without_a_campaign_a_missing_key_does_not_hide_that(
    server: responses.RequestsMock,
) -> None:
    told = answers()
    told["campaigns"]["campaigns"] = []
    del told["lists"]["lists"][0]["name"]
    assert "Not enough was looked at: getCampaign" in checked(server, told).conclusion


def test_the_draft_is_looked_at_where_there_is_no_campaign(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with SandboxProcess() as sandbox:
        sandbox.control.register_sender("news@example.com")
        list_id = str(sandbox.control.create_list("Own"))
        sandbox.control.add_to_list(list_id, [TEST_ADDRESS])
        write = ("--write", "--list", list_id, "--test-address", TEST_ADDRESS)
        assert run(sandbox, *write, "--sender", "news@example.com") == COMPLETE
        [draft] = sandbox.control.campaigns()
    printed = capsys.readouterr().out
    assert "not looked at" not in printed
    assert "getCampaignStatistics: status 200" in printed
    assert "without rows the keys of those of listCampaignRecipients were not seen." in printed
    left = printed.partition("Left behind")[2]
    assert draft["externalId"] in left
    assert "the test address" not in left
    sent = {"fromEmail": "news@example.com", "replyRedirectEmail": "news@example.com"}
    assert {**draft, **sent, "testEmail": TEST_ADDRESS, "templateId": draft["templateId"]} == draft
    assert draft["templateId"]
    assert "not as it was sent" not in printed


# A refused request -----------------------------------------------------------------------------


@pytest.mark.parametrize("shows_all", [False, True])
def test_the_words_of_a_refusal_are_for_who_asks_for_them(
    server: responses.RequestsMock, capsys: pytest.CaptureFixture[str], shows_all: bool
) -> None:
    serve(server, answers(), **{"Content-Type": "application/json"})
    message = f"mailTemplateId is missing for ada@example.com ({SECRETS[4]})"
    told = {"error": {"code": "x", "message": message}}
    server.post(f"{API}/campaigns", status=400, json=told)
    server.post(f"{API}/lists/1/recipients", status=400, json=told)
    write = ("--write", "--list", "1", "--test-address", TEST_ADDRESS)
    options = ("--all-keys",) if shows_all else ()
    address = "https://cm.example.com"
    assert main(["check", address, "--username", "demo", *write, *options]) == DIFFERS
    printed = capsys.readouterr().out
    assert ("mailTemplateId is missing for [address]" in printed) == shows_all
    assert ("(status 400); `--all-keys` shows its words" in printed) == (not shows_all)
    assert not any(text in printed for text in ("ada@", "example.com", SECRETS[4]))


# Suggestions -----------------------------------------------------------------------------------


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The answer with other names of keys."""
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    if isinstance(value, dict):
        return {names.get(name, name): renamed(one, names) for name, one in value.items()}
    return value


def test_one_found_key_serves_the_nearest_expected_one_alone(
    server: responses.RequestsMock,
) -> None:
    told = answers()
    whole = {**CAMPAIGN, "senderEmail": "news@example.com", "testEmail": "ada@example.com"}
    told["campaigns"]["campaigns"] = [whole]
    told["campaigns/5"] = {
        **CAMPAIGN,
        "fromEmail": "news@example.com",
        "senderEmail": "x@y.example",
    }
    reasons = [one for line in checked(server, told).corrections for one in line.reasons]
    assert not any("`testEmail` is expected" in reason for reason in reasons)


def test_of_two_that_want_one_name_the_nearest_gets_it() -> None:
    near = Renaming("fromEmail", "senderEmail", (7,), 0.9)
    far = Renaming("testEmail", "senderEmail", (9,), 0.7)
    other = Renaming("fromEmail", "originEmail", (7,), 0.8)
    assert distinct([far, other, near], set()) == [near]
    assert distinct([far, near], {("fromEmail", 7)}) == [far]


def test_the_required_lists_of_other_operations_are_corrected_too(
    server: responses.RequestsMock, tmp_path: Path
) -> None:
    names = {"templateId": "mailTemplateId", "fromEmail": "senderEmail"}
    told = renamed(answers(), {"templateId": "mailTemplateId"})
    for campaign in (told["campaigns"]["campaigns"][0], told["campaigns/5"]):
        campaign["senderEmail"] = "news@example.com"
    report = checked(server, told)
    assert not report.unloadable
    ours = tmp_path / "ours.yaml"
    ours.write_text(corrected(contract.current(), report.corrections), "utf-8")
    body = contract.load(ours).operations["create_campaign"].body
    for means, name in (("template_id", "mailTemplateId"), ("from_email", "senderEmail")):
        assert (body[means].name, body[means].is_required) == (name, True)
    assert not any(f"{old}," in ours.read_text("utf-8") for old in names)


def test_where_all_keys_are_in_another_case_the_contract_keeps_its_own(
    server: responses.RequestsMock,
) -> None:
    told = renamed(answers(), {"templateId": "mailTemplateId", "totalOpens": "opensTotal"})

    def pascal(value: Any) -> Any:
        if isinstance(value, list):
            return [pascal(one) for one in value]
        if isinstance(value, dict):
            return {name[0].upper() + name[1:]: pascal(one) for name, one in value.items()}
        return value

    report = checked(server, {path: pascal(content) for path, content in told.items()})
    text = "\n".join(one.text for one in report.corrections)
    assert "mailTemplateId: {" in text
    assert "opensTotal: {" in text
    assert "MailTemplateId" not in text
    assert "`MailTemplateId` is there, `templateId` is expected" in str(report)


def test_a_required_list_over_several_lines_is_corrected(tmp_path: Path) -> None:
    text = contract.DEFAULT_PATH.read_text("utf-8")
    folded = text.replace(
        "fromName, fromEmail, templateId]", "fromName,\n  fromEmail,\n  templateId]"
    )
    assert folded != text
    ours = tmp_path / "ours.yaml"
    ours.write_text(folded, "utf-8")
    named = contract.load(ours)
    lines = named.operations["create_campaign"].body["template_id"].lines
    changes = corrections(named, [Renaming("templateId", "mailTemplateId", lines)])
    assert "  mailTemplateId]" in [one.text for one in changes]
    assert unloadable(named, changes) == []


def test_a_contract_that_would_not_load_is_said_to_be_so() -> None:
    named = contract.current()
    key = named.operations["create_campaign"].body["template_id"]
    changes = corrections(named, [Renaming("templateId", "mailTemplateId", key.lines[:1])])
    problems = unloadable(named, changes)
    assert any("`templateId` is required and not described" in problem for problem in problems)
    assert all(problem.startswith("line ") for problem in problems)


def test_nothing_to_correct_writes_no_copy(
    server: responses.RequestsMock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(server, answers(), **{"Content-Type": "application/json"})
    copy = tmp_path / "copy.yaml"
    address = "https://cm.example.com"
    arguments = ["check", address, "--username", "demo", "--corrected", str(copy)]
    assert main(arguments) == COMPLETE
    assert not copy.exists()
    assert "Nothing was corrected" in capsys.readouterr().err
