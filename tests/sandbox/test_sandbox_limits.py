"""Limits, tokens and the clock that they follow."""

from __future__ import annotations

from datetime import datetime

import pytest
import requests
from sandbox_support import Api, error_of

from sandbox.testing import ControlError, SandboxProcess

HEADERS = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", "x-token-reset")


def numbers(answer: requests.Response) -> tuple[int, ...]:
    """Limit, remaining, reset and end of the token."""
    return tuple(int(answer.headers[name]) for name in HEADERS)


def seconds(moment: str) -> float:
    """Unix time of an ISO time."""
    return datetime.fromisoformat(moment).timestamp()


def test_every_answer_but_that_of_authenticate_tells_what_is_left(
    sandbox: SandboxProcess, api: Api
) -> None:
    now = seconds(sandbox.control.freeze_clock())
    login = Api(sandbox.url).authenticate(username="demo", password="demo")
    assert not set(HEADERS) & {name.lower() for name in login.headers}
    api.log_in()
    limit, left, reset, token_reset = numbers(api.get("/lists"))
    assert (limit, left) == (5000, 4999)
    assert reset == pytest.approx(now + 3600, abs=1)
    assert token_reset == pytest.approx(now + 480 * 60, abs=1)
    for answer in (api.get("/lists", page=0), api.get("/campaigns/999999")):
        left -= 1
        assert numbers(answer) == (limit, left, reset, token_reset)


def test_a_call_without_a_token_has_the_headers_too(sandbox: SandboxProcess) -> None:
    answer = Api(sandbox.url).get("/lists")
    assert answer.status_code == 401
    assert numbers(answer)[:2] == (5000, 5000)


def test_logging_in_costs_nothing(sandbox: SandboxProcess, api: Api) -> None:
    left = numbers(api.get("/lists"))[1]
    for _count in range(3):
        api.log_in()
    assert numbers(api.get("/lists"))[1] == left - 1


def test_the_hourly_limit_holds_until_its_hour_is_over(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.freeze_clock()
    sandbox.control.set_limits(hourly_limit=2)
    assert [api.get("/lists").status_code for _count in range(2)] == [200, 200]
    refused = api.get("/lists")
    assert error_of(refused)[:2] == (429, "hourly_limit")
    _limit, left, reset, _token = numbers(refused)
    assert left == 0
    now = seconds(sandbox.control.advance_clock(minutes=59, seconds=59))
    assert now < reset
    assert api.get("/lists").status_code == 429
    sandbox.control.advance_clock(seconds=2)
    answer = api.get("/lists")
    assert answer.status_code == 200
    assert numbers(answer)[1] == 1


def test_the_monthly_limit_holds_until_the_next_month(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.set_limits(monthly_limit=3, calls_this_month=2)
    assert api.get("/lists").status_code == 200
    assert error_of(api.get("/lists"))[:2] == (429, "monthly_limit")
    sandbox.control.advance_clock(hours=2)
    assert api.get("/lists").status_code == 429
    sandbox.control.advance_clock(days=31)
    assert api.log_in().get("/lists").status_code == 200


def test_a_refused_call_is_not_done_and_not_counted(
    sandbox: SandboxProcess, api: Api, list_id: int
) -> None:
    sandbox.control.set_limits(hourly_limit=0)
    body = {"recipients": [{"email": "a@example.com"}]}
    assert api.call("POST", f"/lists/{list_id}/recipients", json=body).status_code == 429
    assert sandbox.control.emails_on_list(list_id) == []
    assert sandbox.control.account_state()["quota"]["calls_this_month"] == 0


def test_each_account_has_limits_of_its_own(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.create_account("second", "word")
    other = Api(sandbox.url, "second", "word").log_in()
    sandbox.control.set_limits("second", hourly_limit=0)
    assert other.get("/lists").status_code == 429
    assert api.get("/lists").status_code == 200


def test_a_token_ends_when_its_header_says(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.freeze_clock()
    api.log_in()
    ends_at = numbers(api.get("/lists"))[3]
    now = seconds(sandbox.control.advance_clock(minutes=479, seconds=58))
    assert now < ends_at
    assert api.get("/lists").status_code == 200
    sandbox.control.advance_clock(seconds=3)
    refused = api.get("/lists")
    assert error_of(refused)[:2] == (401, "token_invalid")
    assert numbers(refused)[3] == ends_at
    assert api.log_in().get("/lists").status_code == 200


def test_tokens_can_be_ended_and_shortened(sandbox: SandboxProcess, api: Api) -> None:
    second = Api(sandbox.url).log_in()
    assert sandbox.control.expire_tokens() == 2
    assert api.get("/lists").status_code == second.get("/lists").status_code == 401
    sandbox.control.set_limits(token_minutes=1)
    api.log_in()
    sandbox.control.advance_clock(seconds=61)
    assert api.get("/lists").status_code == 401


def test_a_changed_password_counts_for_the_next_login(sandbox: SandboxProcess, api: Api) -> None:
    sandbox.control.change_password("another")
    assert api.get("/lists").status_code == 200
    assert api.authenticate(username="demo", password="demo").status_code == 401
    assert api.authenticate(username="demo", password="another").status_code == 200


def test_the_clock_stops_and_goes_forward_only(sandbox: SandboxProcess) -> None:
    stopped = sandbox.control.freeze_clock()
    assert sandbox.control.advance_clock() == stopped
    later = sandbox.control.advance_clock(days=1)
    assert seconds(later) - seconds(stopped) == 86400
    assert sandbox.control.freeze_clock(False) >= later
    with pytest.raises(ControlError, match="forward"):
        sandbox.control.advance_clock(seconds=-1)


def test_limits_of_the_start_are_those_of_the_command_line() -> None:
    with SandboxProcess(
        hourly_limit=7, monthly_limit=9, token_minutes=2, empty=True, any_sender=True
    ) as sandbox:
        api = Api(sandbox.url).log_in()
        now = seconds(sandbox.control.advance_clock())
        limit, left, _reset, token_reset = numbers(api.get("/lists"))
        assert (limit, left) == (7, 6)
        assert token_reset == pytest.approx(now + 120, abs=3)
        assert api.document("/templates")["templates"] == []
        template_id = sandbox.control.create_template("One")
        api.create_campaign(templateId=template_id, fromEmail="whoever@example.org")
