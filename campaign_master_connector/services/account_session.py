"""A run's conversation with one account: the client, and what the run used of the account."""

import time
from datetime import timedelta
from typing import NamedTuple

from odoo import fields
from odoo.tools import SQL

from ..campaign_master_api import (
    NO_RETRY,
    AccountRefused,
    CampaignMasterClient,
    CampaignMasterError,
    Credentials,
    CredentialsRefused,
    NoAnswer,
    NotFound,
    RateLimitReached,
    RequestRefused,
    RetryPolicy,
    Timeouts,
    Token,
    TooManyRows,
    without_addresses,
)
from . import transaction
from .moments import aware, moment_for, naive
from .secret_columns import write_secrets
from .sentences import sentence_of


class PauseGoesOn(RateLimitReached):
    """Campaign Master asked for a pause before, and nothing is sent until its end."""


class ReserveReached(CampaignMasterError):
    """What is left of the account's calls is kept for people at the screen."""


class ClicksUsedUp(ReserveReached):
    """People's clicks made as many calls just now as they may; the sentence says until when."""


BACKGROUND = {"timeouts": Timeouts(connect=5.0, read=30.0, total=60.0), "retry": RetryPolicy()}
AT_THE_SCREEN = {
    "timeouts": Timeouts(connect=2.0, read=8.0, total=10.0),
    "retry": RetryPolicy(attempts=2, budget=3.0),
}
# Nobody waits for it, but a worker that is wanted for others too.
BESIDE_A_FORM = {
    "timeouts": Timeouts(connect=2.0, read=8.0, total=10.0),
    "retry": NO_RETRY,
}
QUOTA_FIELDS = (
    "blocked_until",
    "hourly_limit",
    "hourly_remaining",
    "hourly_reset_at",
    "reserve_percent",
    "month",
    "month_calls",
    "monthly_limit",
    "click_calls",
    "click_calls_at",
)
# An hour of calls ends within one; clocks may be a little off.
LONGEST_HOUR = timedelta(hours=1, minutes=5)
LONGEST_MONTH = timedelta(days=32)
# A campaign that was begun in a schedule's time; pages that never end would keep the worker.
SECONDS_OF_OVERTIME = 60.0
# A pause whose end nobody told is probed with a call, at growing distance.
FIRST_PROBE = timedelta(minutes=15)
LAST_PROBE = timedelta(days=1)


class Trial(NamedTuple):
    """What somebody entered: (API address, API version, `Credentials`), and a token or none."""

    login: tuple
    token: Token | None = None


class AccountSession:
    """Context manager around a `CampaignMasterClient` of an account.

    At the end the token, the quota that is left and the state of the connection are stored on
    the account, whether the calls went well or not. Who deals with an error of the whole account
    inside the block leaves it in ``failure``.

    :param patience: keyword arguments of the client: time-outs of a call, repeats
    :param seconds: after which no further call begins
    :param purpose: kind of the log's row that has the calls which no run writes to the log;
        "choices" are those that keep lists and templates fresh
    :param trial: a `Trial` of another login; the account keeps its token and the state of its
        connection, and may be none yet
    """

    def __init__(self, account, patience, seconds=float("inf"), purpose="sync", trial=None):
        self.account = account.sudo()
        self.purpose = purpose
        self.leaves_reserve = patience is not AT_THE_SCREEN
        self.is_click = patience is AT_THE_SCREEN
        self.is_trial = bool(trial)
        self.logged_calls = 0
        schedule = max(0.0, transaction.seconds_left(account.env))
        self.seconds_allowed = min(seconds, schedule + SECONDS_OF_OVERTIME)
        self.started = time.monotonic()
        self.new_token = None
        self.failure = None
        self.client = None
        self.login = trial.login if trial else self._stored_login()
        api_url, api_version, credentials = self.login
        self.client = CampaignMasterClient(
            api_url,
            credentials,
            api_version=api_version,
            token=trial.token if trial else self._stored_token(),
            on_token=self._remember_token,
            on_call=self._check_that_calls_are_allowed,
            **patience,
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.client.close()
        failure = error if isinstance(error, CampaignMasterError) else self.failure
        transaction.write_durably(self.account.env, lambda: self.record(failure))

    @property
    def seconds(self):
        """Since the session began."""
        return time.monotonic() - self.started

    def _stored_login(self):
        account = self.account
        credentials = Credentials(
            username=account.username or "",
            password=account._secret_to_send("password") or "",
            client_id=account.client_id or "",
            client_secret=account._secret_to_send("client_secret") or "",
        )
        return account.api_url, account.api_version, credentials

    def _stored_token(self):
        if not self.account.token:
            return None
        return Token(self.account.token, aware(self.account.token_expires_at))

    def _check_that_calls_are_allowed(self):
        # These alone: the commit before the call made Odoo forget all of the account.
        self.account.fetch(QUOTA_FIELDS)
        if self.account._is_paused() and not self.is_trial:
            raise PauseGoesOn(
                self.account.env._("The calls that Campaign Master allows are used up."),
                reset_at=aware(self.account.blocked_until),
            )
        if self.is_click and (moment := self.account._clicks_go_on_at(self.client.calls)):
            raise ClicksUsedUp(
                self.account.env._(
                    "People's clicks have used their share of Campaign Master's calls for now. "
                    "Try again at %s.",
                    moment_for(self.account.env, moment),
                )
            )
        if self.leaves_reserve and not self._is_above_reserve():
            raise ReserveReached(
                self.account.env._(
                    "The last calls of the hour or the month are kept for people at the screen; "
                    "the schedules go on by themselves."
                )
            )
        if self.seconds > self.seconds_allowed:
            raise NoAnswer(
                self.account.env._(
                    "Campaign Master answers too slowly to wait for it now. Try again later."
                )
            )

    def _is_above_reserve(self):
        limit = self.client.rate_limit if self.client else None
        if limit is None:
            return self.account._may_call()
        if limit.remaining is None:
            return self.account._month_is_above_reserve(self.client.calls)
        return self.account._is_above_reserve(
            limit.limit, limit.remaining, _end_of_hour(limit), self.client.calls
        )

    def _remember_token(self, token):
        if self.is_trial:
            return
        self.new_token = (token,)
        # At once: the other workers needn't log in too, and it outlives this one.
        transaction.write_durably(self.account.env, self._store_token)

    def record(self, failure=None):
        """Store what this run learned about the account in one statement.

        :param failure: the `CampaignMasterError` that ended the run, if one did
        """
        if not self.account:
            return
        assignments = [*self._usage(failure)]
        # The refusal of a password that was replaced meanwhile would stop the schedules again.
        if self._is_still_the_login():
            assignments += self._connection(failure)
        if not assignments:
            return
        was_refused = self.account.connection_state == "refused"
        self.account.flush_recordset()
        self.account.env.cr.execute(
            SQL(
                "UPDATE campaign_master_account SET %s WHERE id = %s",
                SQL(", ").join(assignments),
                self.account.id,
            )
        )
        self.account.invalidate_recordset()
        if not self.is_trial:
            deviations = self.account.env["campaign.master.deviation"]
            deviations._count(self.account, self.client.deviations)
        self._log_the_rest(failure)
        if self.account.connection_state == "refused" and not was_refused:
            self.account._alert_administrators()

    def _usage(self, failure):
        if not self.client.calls:
            return
        month = fields.Date.today().replace(day=1)
        yield SQL(
            "month_calls = CASE WHEN month = %(month)s THEN month_calls ELSE 0 END + %(calls)s",
            month=month,
            calls=self.client.calls,
        )
        yield SQL(
            "choices_month_calls = %(calls)s + "
            "CASE WHEN month = %(month)s THEN COALESCE(choices_month_calls, 0) ELSE 0 END",
            month=month,
            calls=self._calls_for_choices(failure),
        )
        yield SQL("month = %s", month)
        if self.is_click:
            used = self.account._click_calls_now() + self.client.calls
            yield SQL("click_calls = %s", used)
            yield SQL("click_calls_at = %s", fields.Datetime.now())
        if (limit := self.client.rate_limit) and not self.is_trial:
            # What isn't told is unknown and stops nobody; the month's count still holds.
            is_known = limit.limit is not None and limit.remaining is not None
            yield SQL("hourly_limit = %s", limit.limit if is_known else None)
            yield SQL("hourly_remaining = %s", limit.remaining if is_known else None)
            yield SQL("hourly_reset_at = %s", _end_of_hour(limit) if is_known else None)

    def _calls_for_choices(self, failure):
        """Not the one that failed, which is made again: a server that is down uses up nothing."""
        if self.purpose != "choices":
            return 0
        is_unanswered = failure and _connection_state(failure) == "unreachable"
        return max(0, self.client.calls - (1 if is_unanswered else 0))

    def _log_the_rest(self, failure):
        """Calls that stand in no row of a run, so that the log has each that the quota counts."""
        calls = self.client.calls - self.logged_calls
        if calls > 0:
            self.account.env["campaign.master.sync.log"]._sum_up(
                self.account, self.purpose, calls, self.seconds, self._sentence(failure)
            )

    def _is_still_the_login(self):
        return not self.is_trial and self._stored_login() == self.login

    def _store_token(self):
        if self.new_token is None or not self._is_still_the_login():
            return
        [token] = self.new_token
        expires_at = naive(token.expires_at) if token else None
        write_secrets(
            self.account, {"token": token.value if token else None, "token_expires_at": expires_at}
        )

    def _sentence(self, failure):
        """For everybody who reads the account: what one campaign's refusal names isn't."""
        return without_addresses(sentence_of(self.account.env, failure)) if failure else None

    def _connection(self, failure):
        if isinstance(failure, ClicksUsedUp):
            return
        if failure:
            state = _connection_state(failure)
        elif self.client.calls:
            state = "connected"
        else:
            return
        yield SQL("connection_state = %s", state)
        yield SQL("connection_message = %s", self._sentence(failure))
        yield SQL("connection_checked_at = %s", fields.Datetime.now())
        if isinstance(failure, PauseGoesOn):
            return
        if not isinstance(failure, RateLimitReached):
            if state == "connected":
                yield SQL("pause_probes = 0")
        elif end := _stated_end_of_pause(failure):
            yield SQL("blocked_until = %s, pause_probes = 0", end)
        else:
            yield SQL("blocked_until = %s", fields.Datetime.now() + self._until_next_probe())
            yield SQL("pause_probes = COALESCE(pause_probes, 0) + 1")

    def _until_next_probe(self):
        return min(FIRST_PROBE * 2 ** min(self.account.pause_probes, 16), LAST_PROBE)


def problem_with_login(account, login):
    """What is wrong with what somebody entered, as a sentence; else empty, and the calls left.

    Without a password (it is for another host than the address names) a token that nobody was
    given is sent: the answer to it tells host, certificate and API apart.

    :param login: as of `Trial`; ``account`` may be none yet
    :return: (sentence, `RateLimit` or None)
    """
    token = None if login[2].password else Token("none", None)
    trial = Trial(login, token)
    try:
        with AccountSession(account, AT_THE_SCREEN, purpose="test", trial=trial) as session:
            if not token:
                session.client.authenticate()
            next(session.client.iter_lists(), None)
    except CredentialsRefused as error:
        return ("" if token else sentence_of(account.env, error)), None
    except CampaignMasterError as error:
        return sentence_of(account.env, error), None
    return "", session.client.rate_limit


def _connection_state(failure):
    """What a failed call says about the connection to Campaign Master."""
    if isinstance(failure, CredentialsRefused):
        return "refused"
    if isinstance(
        failure,
        (AccountRefused, RateLimitReached, ReserveReached, NotFound, RequestRefused, TooManyRows),
    ):
        return "connected"
    return "unreachable"


def _stated_end_of_pause(failure):
    """When calls are allowed again, as the server says; None where it doesn't.

    A moment that is over, or farther off than the hour or the month can be, says nothing.
    """
    now = fields.Datetime.now()
    end = naive(failure.reset_at)
    longest = LONGEST_MONTH if failure.monthly else LONGEST_HOUR
    return end if end and now < end <= now + longest else None


def _end_of_hour(limit):
    """When the server counts anew; one far off, or untold, would stop the schedules for as long."""
    longest = fields.Datetime.now() + timedelta(hours=1)
    return min(naive(limit.reset_at) or longest, longest)
