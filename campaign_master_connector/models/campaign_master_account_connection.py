import logging
import time
from datetime import timedelta
from functools import partial
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..campaign_master_api import CampaignMasterError, Credentials, TooManyRows
from ..services import named_contract, transaction
from ..services.account_session import (
    AT_THE_SCREEN,
    BESIDE_A_FORM,
    AccountSession,
    problem_with_login,
)
from ..services.entered_login import LOGIN_FIELDS, is_stored, outcome_of
from ..services.moments import moment_for
from ..services.sentences import number_for, sentence_of
from .campaign_master_account import SECRET_FIELDS

_logger = logging.getLogger(__name__)

CHOICES_MAXIMUM_AGE = timedelta(minutes=1)
# Nobody chooses from more, and each is a record here.
MAXIMUM_CHOICES = 10_000
# Lists and templates, a page of each.
CALLS_OF_A_REFRESH = 2
# Of the month's calls, for keeping lists and templates fresh; a part of them may go at once.
PART_FOR_CHOICES = 0.01
HEAD_START_OF_CHOICES = 0.2
SECONDS_OF_A_REFRESH = 20.0


class CampaignMasterAccount(models.Model):
    """How Campaign Master is reached through the account, and what is there to choose."""

    _inherit = "campaign.master.account"

    choices_attempted_at = fields.Datetime(
        "Lists and templates asked for on", readonly=True, copy=False
    )
    choices_refreshed_at = fields.Datetime("Lists and templates as of", readonly=True, copy=False)
    choices_calls = fields.Integer(
        readonly=True, copy=False, help="Calls that it took to pull lists and templates at last."
    )
    choices_month_calls = fields.Integer(
        readonly=True,
        copy=False,
        help="Calls of this month that went into keeping lists and templates fresh.",
    )

    contract_notice = fields.Char(compute="_compute_contract_notice")

    @api.model
    def _for_company(self, company):
        """The company's account in superuser mode, whether it is enabled or not."""
        return self.sudo().search([("company_id", "=", company.id)], limit=1)

    def _domain_ready(self):
        """Accounts that schedules may use: enabled, not refused, and of this very database."""
        return [
            ("enabled", "=", True),
            ("company_id.active", "=", True),
            ("connection_state", "!=", "refused"),
            ("database_uuid", "=", self._current_database_uuid()),
            "|",
            ("blocked_until", "=", False),
            ("blocked_until", "<=", fields.Datetime.now()),
        ]

    def _ready_for_schedules(self, domain=()):
        """The accounts (of ``domain``) that schedules may call through now."""
        return self.search([*domain, *self._domain_ready()]).filtered(
            lambda account: account._is_ready_now()
        )

    def _is_ready_now(self):
        try:
            return (
                self._may_call() and not self._withholds_secrets() and not self._contract_problem()
            )
        except Exception:
            # One company's account must not be in the way of the others.
            _logger.exception("Whether %s may be used can't be told", self)
            return False

    def _obstacle(self):
        """Why nothing can be sent through this account now, as a sentence; empty if it can."""
        self.ensure_one()
        if not self.enabled:
            return self.env._(
                "Campaign Master is not enabled for %(company)s. An administrator enables it in "
                "Settings, Campaign Master.",
                company=self.company_id.name,
            )
        if not self.company_id.active:
            return self.env._(
                "%(company)s is archived, so nothing of it is synced with Campaign Master.",
                company=self.company_id.name,
            )
        if problem := self._contract_problem():
            return problem
        if self.database_uuid != self._current_database_uuid():
            return self.env._(
                "This is a copy of the database in which Campaign Master was set up, so nothing "
                "is synced from here. To use this copy for real, an administrator enters the "
                "credentials again in Settings, Campaign Master."
            )
        if self._withholds_secrets():
            return self._withheld_sentence()
        if self.connection_state == "refused":
            return self.env._(
                "Campaign Master refused the user name and password of %(company)s, so the "
                "schedules are stopped. An administrator enters the right ones in Settings, "
                "Campaign Master.",
                company=self.company_id.name,
            )
        return ""

    def _contract_problem(self):
        """What is wrong with the contract file of this installation; empty if nothing is."""
        problem = named_contract.problem()
        return problem and self.env._(
            "The contract file that this Odoo is set up with can't be used, so nothing is synced. "
            "Who runs the server corrects it and starts Odoo again: %s",
            problem,
        )

    @api.depends_context("lang")
    def _compute_contract_notice(self):
        self.contract_notice = self._contract_problem()

    def _notice(self):
        """What who works on a campaign must know of the connection; empty if all is well."""
        if not self or not self.enabled:
            return ""
        if obstacle := self._obstacle():
            return obstacle
        if self.choices_problem:
            return self.choices_problem
        if self.connection_state != "unreachable":
            return ""
        if not self.choices_refreshed_at:
            return self.env._("Campaign Master can't be reached: %s", self.connection_message)
        return self.env._(
            "Campaign Master can't be reached. Lists and templates are as of %(date)s. "
            "(%(reason)s)",
            date=moment_for(self.env, self.choices_refreshed_at),
            reason=self.connection_message,
        )

    def action_test_connection(self):
        """Log in anew and count what is left of the hour; answers with a notification."""
        self.ensure_one()
        self.check_access("write")
        account = self.sudo()
        if problem := account._contract_problem():
            raise UserError(problem)
        if not account.api_url or not account.username or not account._has_password():
            raise UserError(self._incomplete_sentence())
        if account._withholds_secrets():
            return self._tested(account._test_without_secrets())
        account.write({"token": False, "token_expires_at": False, "blocked_until": False})
        try:
            with AccountSession(account, AT_THE_SCREEN, purpose="test") as session:
                session.client.authenticate()
                next(session.client.iter_lists(), None)
        except CampaignMasterError as error:
            sentences = (sentence_of(self.env, error), account._pause_sentence())
            action = self._notification("danger", " ".join(filter(None, sentences)))
        else:
            sentence = account._connected_sentence(session.client.rate_limit)
            action = self._notification("success", sentence)
        return self._tested(action)

    def _incomplete_sentence(self):
        return self.env._("Fill in user name, password and API address, then test again.")

    @api.model
    def _test_entered(self, company, entered):
        """Log in with what somebody entered for ``company``, and store nothing of it.

        What is the account's own already is tested as `action_test_connection` does.

        :param entered: {name of a field: text}; an empty secret stands for the account's own
        :return: a notification
        """
        self.check_access("write")
        account = self._for_company(company)
        entered = {name: entered.get(name) or "" for name in (*LOGIN_FIELDS, *SECRET_FIELDS)}
        entered |= {name: entered[name].strip() for name in LOGIN_FIELDS}
        if is_stored(account, entered):
            return account.with_env(self.env).action_test_connection()
        own = account or self.sudo().new({"company_id": company.id})
        has_password = entered["password"] or own._has_password()
        if not entered["username"] or not entered["api_url"] or not has_password:
            raise UserError(self._incomplete_sentence())
        problem, limit = outcome_of(own, entered)
        if problem:
            return self._tested(self._notification("danger", problem))
        return self._tested(self._notification("success", self._connected_sentence(limit)))

    def _test_without_secrets(self):
        """Whether the address leads anywhere; what is wrong with it comes before the password."""
        login = (self.api_url, self.api_version, Credentials(self.username, ""))
        problem, _limit = problem_with_login(self, login)
        message = problem or self._withheld_sentence()
        self.write(
            {
                "connection_state": "unreachable" if problem else "unknown",
                "connection_message": message,
                "connection_checked_at": fields.Datetime.now(),
            }
        )
        return self._notification("danger", message)

    def _tested(self, action):
        # Without a next action, the form would go on showing the state from before the test.
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def _connected_sentence(self, limit):
        """:param limit: the `RateLimit` that the last answer told, or None"""
        if not limit or not limit.limit or limit.remaining is None:
            return self.env._("Connected")
        return self.env._(
            "Connected. %(remaining)s of %(limit)s calls are left this hour.",
            remaining=number_for(self.env, limit.remaining),
            limit=number_for(self.env, limit.limit),
        )

    def _notification(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "className": "o_cm_notification",
                "type": kind,
                "sticky": kind == "danger",
            },
        }

    def _refresh_choices_if_stale(self, is_asked_for=False, seconds=SECONDS_OF_A_REFRESH):
        """Pull lists and templates unless that was tried just now, or costs too many calls.

        Never raises because of Campaign Master: what was last known stays, and the connection's
        state says why. Of several accounts none is begun with after ``seconds``.

        :param is_asked_for: whether a person presses a button for it
        :return: whether anything that can be chosen is new, gone or named differently
        """
        end = time.monotonic() + seconds
        has_changed = False
        for account in self.sudo():
            if time.monotonic() > end:
                break
            try:
                has_changed |= account._refresh_choices_if_due(is_asked_for, seconds)
            except Exception:
                # One company's account must not be in the way of the others.
                _logger.exception("Lists and templates of %s not refreshed", account)
                transaction.rollback(self.env)
        return has_changed

    def _refresh_choices_if_due(self, is_asked_for, seconds):
        if not self._choices_are_due(is_asked_for):
            return False
        with transaction.account_lock(self) as locked:
            # Who had the lock before may have done it.
            is_due = locked and self._choices_are_due(is_asked_for)
            return bool(is_due) and self._refresh_choices(is_asked_for, seconds)

    def _refresh_choices(self, is_asked_for, seconds):
        """Whether anything changed; under the lock of the account."""
        attempt = {"choices_attempted_at": fields.Datetime.now()}
        try:
            transaction.write_durably(self.env, lambda: self.write(attempt))
            patience = AT_THE_SCREEN if is_asked_for else BESIDE_A_FORM
            with AccountSession(self, patience, seconds=seconds, purpose="choices") as session:
                choices = self._fetch_choices(session.client)
                # What couldn't be read may still be there.
                are_all = "row_skipped" not in {one.kind for one in session.client.deviations}
                store = partial(self._store_choices, choices, session.client.calls, are_all)
                return transaction.write_durably(self.env, store)
        except TooManyRows as error:
            # What was last known stays, and the form says why it doesn't get any newer.
            problem = {
                "choices_problem": sentence_of(self.env, error),
                "choices_calls": session.client.calls,
            }
            transaction.write_durably(self.env, lambda: self.write(problem))
        except (CampaignMasterError, *transaction.COLLISIONS) as error:
            _logger.info("Lists and templates of %s not refreshed: %s", self, error)
        return False

    def _choices_are_due(self, is_asked_for=False):
        """Whether lists and templates are to be pulled now."""
        if self._choices_are_fresh() or self._obstacle() or self._is_paused():
            return False
        return is_asked_for or not self._choices_wait()

    def _choices_are_fresh(self):
        """Many that came are left alone for longer: for a minute for every two calls it took."""
        attempted, refreshed = self.choices_attempted_at, self.choices_refreshed_at
        came = self.choices_problem or (attempted and refreshed and refreshed >= attempted)
        age = CHOICES_MAXIMUM_AGE * max(1, self.choices_calls // CALLS_OF_A_REFRESH if came else 1)
        return attempted and attempted > fields.Datetime.now() - age

    def _choices_wait(self):
        """Whether a refresh that nobody asked for would cost more calls than it may by now.

        It may use a hundredth of the month's calls, evenly (with a head start), and nothing of
        the reserve. What was never pulled waits for the hundredth alone.
        """
        budget = self.monthly_limit * PART_FOR_CHOICES
        used = self._choices_calls_of_month()
        if not self.choices_refreshed_at:
            return bool(used) and used >= budget
        passed = HEAD_START_OF_CHOICES + (1 - HEAD_START_OF_CHOICES) * self._part_of_month()
        calls = max(self.choices_calls, CALLS_OF_A_REFRESH)
        return used + calls > budget * passed or not self._may_call()

    def _choices_calls_of_month(self):
        month_runs = self.month == fields.Date.today().replace(day=1)
        return self.choices_month_calls if month_runs else 0

    def _fetch_choices(self, client):
        """What Campaign Master has to choose: {model: {external id: values}}.

        :raises TooManyRows: for more lists or templates than anybody chooses from
        """
        return {
            "campaign.master.list": {
                item.id: {
                    "name": item.name,
                    "recipient_count": item.recipient_count or 0,
                    "is_counted": item.recipient_count is not None,
                }
                for item in self._few_enough(client.iter_lists())
            },
            "campaign.master.template": {
                item.id: {"name": item.name} for item in self._few_enough(client.iter_templates())
            },
        }

    def _few_enough(self, pulled):
        """A row at a time: what else is in it, the HTML of a template, is dropped at once."""
        for number, item in enumerate(islice(pulled, MAXIMUM_CHOICES + 1)):
            if number == MAXIMUM_CHOICES:
                raise TooManyRows(self._too_many_choices_sentence())
            yield item

    def _too_many_choices_sentence(self):
        return self.env._(
            "Campaign Master has more than %(number)s lists or templates of %(company)s, too many "
            "to choose from, so Odoo doesn't bring them any more. Delete there what nobody needs.",
            number=number_for(self.env, MAXIMUM_CHOICES),
            company=self.company_id.name,
        )

    def _store_choices(self, choices, calls, are_all=True):
        """Bring lists and templates up to what `_fetch_choices` told; the gone are archived.

        :param calls: how many it took
        :param are_all: whether each row was read; else none is taken to be gone
        :return: whether anything changed
        """
        changed = [
            self.env[model]._store(self, pulled, are_all) for model, pulled in choices.items()
        ]
        self.write(
            {
                "choices_refreshed_at": fields.Datetime.now(),
                "choices_calls": calls,
                "choices_problem": False,
            }
        )
        return any(changed)
