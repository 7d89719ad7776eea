import logging
import time
from datetime import timedelta
from functools import partial
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..campaign_master_api import CampaignMasterError, Credentials, TooManyRows
from ..services import transaction
from ..services.account_session import (
    AT_THE_SCREEN,
    BACKGROUND,
    SECONDS_WHILE_A_FORM_OPENS,
    WHILE_A_FORM_OPENS,
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
# Calls to bring lists and templates that may be made each minute, and what more of them come to.
FEW_CALLS = 10
CALLS_A_MINUTE = 5
SECONDS_IN_BACKGROUND = 60.0


class CampaignMasterAccount(models.Model):
    """How Campaign Master is reached through the account, and what is there to choose."""

    _inherit = "campaign.master.account"

    @api.model
    def _for_company(self, company):
        """The company's account in superuser mode, whether it is enabled or not."""
        return self.sudo().search([("company_id", "=", company.id)], limit=1)

    def _domain_ready(self):
        """Accounts that schedules may use: enabled, not refused, and of this very database."""
        return [
            ("enabled", "=", True),
            ("connection_state", "!=", "refused"),
            ("database_uuid", "=", self._current_database_uuid()),
            "|",
            ("blocked_until", "=", False),
            ("blocked_until", "<=", fields.Datetime.now()),
        ]

    def _ready_for_schedules(self, domain=()):
        """The accounts (of ``domain``) that schedules may call through now."""
        return self.search([*domain, *self._domain_ready()]).filtered(
            lambda account: account._may_call() and not account._withholds_secrets()
        )

    def _obstacle(self):
        """Why nothing can be sent through this account now, as a sentence; empty if it can."""
        self.ensure_one()
        if not self.enabled:
            return self.env._(
                "Campaign Master is not enabled for %(company)s. An administrator enables it in "
                "Settings, Campaign Master.",
                company=self.company_id.name,
            )
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
        if not limit or not limit.limit:
            return self.env._("Connected")
        return self.env._(
            "Connected. %(remaining)s of %(limit)s calls are left this hour.",
            remaining=number_for(self.env, limit.remaining or 0),
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

    def _refresh_choices_if_stale(self):
        """Pull lists and templates unless that was tried within the last minute.

        Never raises and takes no longer than a form may take to open: what was last known stays,
        and the connection's state says why. Of several accounts none is begun with after that
        time: the next form or drop-down goes on with them.
        """
        end = time.monotonic() + SECONDS_WHILE_A_FORM_OPENS
        for account in self.sudo():
            if account._choices_are_fresh() or account._obstacle():
                continue
            if time.monotonic() > end:
                break
            if not transaction.try_account_lock(account):
                continue
            account.choices_attempted_at = fields.Datetime.now()
            # A concurrent write fails here: better before the calls than after them.
            account.flush_recordset(["choices_attempted_at"])
            try:
                with AccountSession(
                    account,
                    WHILE_A_FORM_OPENS,
                    durably=False,
                    seconds=SECONDS_WHILE_A_FORM_OPENS,
                    purpose="choices",
                ) as session:
                    account._store_choices(account._fetch_choices(session.client))
                    account._rest_after(session.client.calls)
            except TooManyRows as error:
                account._note_too_many_choices(error, session.client.calls)
            except CampaignMasterError as error:
                _logger.info("Lists and templates of %s not refreshed: %s", account, error)
                self.env["utm.campaign"]._cm_trigger_push()

    @api.model
    def _refresh_choices_that_took_too_long(self):
        """Pull in the background what a form couldn't wait for: the next form has it."""
        just_now = fields.Datetime.now() - 2 * CHOICES_MAXIMUM_AGE
        for account in self._ready_for_schedules([("choices_attempted_at", ">", just_now)]):
            refreshed = account.choices_refreshed_at
            if refreshed and refreshed >= account.choices_attempted_at:
                continue
            if account._choices_rest():
                continue
            try:
                with transaction.account_lock(account) as locked:
                    if locked:
                        account._refresh_choices_durably()
            except (CampaignMasterError, *transaction.COLLISIONS) as error:
                _logger.info("Lists and templates of %s not refreshed: %s", account, error)

    def _refresh_choices_durably(self):
        try:
            with AccountSession(
                self, BACKGROUND, seconds=SECONDS_IN_BACKGROUND, purpose="choices"
            ) as session:
                choices = self._fetch_choices(session.client)
                transaction.write_durably(self.env, lambda: self._store_choices(choices))
        except TooManyRows as error:
            note = partial(self._note_too_many_choices, error, session.client.calls)
        else:
            note = partial(self._rest_after, session.client.calls)
        transaction.write_durably(self.env, note)

    def _choices_are_fresh(self):
        attempted = self.choices_attempted_at
        just_tried = attempted and attempted > fields.Datetime.now() - CHOICES_MAXIMUM_AGE
        return just_tried or self._choices_rest()

    def _choices_rest(self):
        return bool(self.choices_rest_until) and self.choices_rest_until > fields.Datetime.now()

    def _rest_after(self, calls):
        """Where bringing lists and templates took ``calls``: not again before they are worth it."""
        rest = calls > FEW_CALLS and timedelta(minutes=calls / CALLS_A_MINUTE)
        self.choices_rest_until = rest and fields.Datetime.now() + rest

    def _note_too_many_choices(self, error, calls):
        """What was last known stays, and the form says why it doesn't get any newer."""
        self.choices_problem = sentence_of(self.env, error)
        self._rest_after(calls)

    def _fetch_choices(self, client):
        """What Campaign Master has to choose: {model: [(external id, name)]}.

        :raises TooManyRows: for more lists or templates than anybody chooses from
        """
        return {
            "campaign.master.list": self._few_enough(client.iter_lists()),
            "campaign.master.template": self._few_enough(client.iter_templates()),
        }

    def _few_enough(self, pulled):
        # A row at a time: what else is in it, the HTML of a template, is dropped at once.
        choices = [(item.id, item.name) for item in islice(pulled, MAXIMUM_CHOICES + 1)]
        if len(choices) > MAXIMUM_CHOICES:
            raise TooManyRows(
                self.env._(
                    "Campaign Master has more than %(number)s lists or templates of %(company)s, "
                    "too many to choose from, so Odoo doesn't bring them any more. Delete there "
                    "what nobody needs.",
                    number=number_for(self.env, MAXIMUM_CHOICES),
                    company=self.company_id.name,
                )
            )
        return choices

    def _store_choices(self, choices):
        """Bring lists and templates up to what `_fetch_choices` told; the gone are archived."""
        for model, pulled in choices.items():
            self.env[model]._store(self, pulled)
        self.write({"choices_refreshed_at": fields.Datetime.now(), "choices_problem": False})
