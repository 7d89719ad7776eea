"""A month of schedules on a simulated clock: the addon's own decisions, with counted calls.

Which campaigns a run takes up, whether a call may be made, how many people a batch has and what is
noted of the quota is the addon's code. Only the calls are not made but counted, by a server that
has Campaign Master's limits, and what they would bring is written for all campaigns at once.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from unittest.mock import patch

from odoo.tools import SQL

from ..campaign_master_api import RateLimit
from ..services import account_session
from ..services.account_session import AT_THE_SCREEN, BACKGROUND, AccountSession, ReserveReached
from ..services.recipient_push import BATCH_SIZE

HOUR = timedelta(hours=1)
HOURLY_LIMIT = 5_000
MONTHLY_LIMIT = 50_000
# Of those who got the mail on an earlier day: how many a day's statistics still change.
PART_THAT_CHANGES = 0.1
ROWS_OF_A_PAGE = 1_000
CALLS_OF_PEOPLE_IN_HALF_AN_HOUR = 5
OFFICE_HOURS = range(8, 18)


@dataclass
class Server:
    """Counts calls by kind, by its hours, which begin with a call, and by the month."""

    calls: Counter = field(default_factory=Counter)
    hours: list = field(default_factory=list)
    hour_ends: datetime = datetime.min

    def call(self, kind):
        now = datetime.now(UTC).replace(tzinfo=None)
        if now >= self.hour_ends:
            self.hour_ends = now + HOUR
            self.hours.append(0)
        self.hours[-1] += 1
        self.calls[kind] += 1
        assert self.hours[-1] <= HOURLY_LIMIT, "429: the hour's calls are used up"
        assert self.calls.total() <= MONTHLY_LIMIT, "429: the month's calls are used up"

    def rate_limit(self):
        ends = self.hour_ends.replace(tzinfo=UTC)
        return RateLimit(HOURLY_LIMIT, HOURLY_LIMIT - self.hours[-1], ends)


class CountingClient:
    """In the place of `CampaignMasterClient`: asks whether a call is allowed, and counts it."""

    server = None

    def __init__(self, *_arguments, on_call, **_keywords):
        self.on_call = on_call
        self.calls = 0
        self.rate_limit = None
        self.deviations = Counter()

    def call(self, kind):
        self.on_call()
        self.calls += 1
        self.server.call(kind)
        self.rate_limit = self.server.rate_limit()

    def close(self):
        pass


class Month:
    """The schedules, the people who come in, and what became of them.

    :param frozen: `freezegun`'s clock
    :param campaigns: all launched already
    """

    def __init__(self, frozen, account, campaigns, recipients_a_day):
        self.frozen = frozen
        self.account = account
        self.campaigns = campaigns
        self.env = campaigns.env
        self.a_minute = recipients_a_day / 24 / 60
        self.server = Server()
        self.waiting = defaultdict(deque)
        self.members = Counter()
        self.members_in_the_morning = Counter()
        self.came = self.pushed = 0
        self.waits = Counter()
        self.longest_without_figures = timedelta()
        self.longest_without_individual_figures = timedelta()

    def run(self, days, step_at):
        """Let ``days`` pass; ``step_at(minute)`` says how many minutes go by until the next run."""
        begin, minute = self.now(), 0
        client = type("Client", (CountingClient,), {"server": self.server})
        with patch.object(account_session, "CampaignMasterClient", client):
            while minute < days * 24 * 60:
                self.frozen.move_to(begin + timedelta(minutes=minute))
                self.play(minute)
                step = step_at(minute)
                self.people_come_in(minute, step)
                minute += step

    def play(self, minute):
        if minute % (24 * 60) == 0:
            self.drop_dead_rows()
        if minute % 30 == 0:
            if self.now().hour in OFFICE_HOURS:
                self.people_at_the_screen()
            self.campaign_statistics()
        if minute % (24 * 60) == 6 * 60:
            self.recipient_statistics()
        self.recipients()

    def drop_dead_rows(self):
        """What a server cleans up by itself, but not of a transaction that goes on: a test's."""
        self.env.flush_all()
        for table, column in (
            ("utm_campaign", "cm_retry_at"),
            ("campaign_master_account", "token_expires_at"),
            ("campaign_master_recipient", "added_at"),
        ):
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %(table)s ALTER COLUMN %(column)s TYPE timestamp "
                    "USING %(column)s + INTERVAL '0'",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                )
            )

    def now(self):
        return datetime.now(UTC).replace(tzinfo=None)

    def people_come_in(self, minute, step):
        """Evenly over day and campaigns: what makes the most calls."""
        came = int((minute + step) * self.a_minute) - self.came
        people = [self.campaigns[(self.came + n) % len(self.campaigns)].id for n in range(came)]
        self.came += came
        rows = []
        for campaign_id in people:
            waiting = self.waiting[campaign_id]
            waiting.append(self.now() + timedelta(minutes=1))
            # PostgreSQL goes through all dead rows of a transaction again and again: only so many
            # as a decision can depend on.
            rows += [campaign_id] * {1: 1, BATCH_SIZE: BATCH_SIZE - 1}.get(len(waiting), 0)
        self.env.cr.execute(
            SQL(
                "INSERT INTO campaign_master_recipient (campaign_id, company_id, kind, state) "
                "SELECT id, %s, 'contact', 'pending' FROM UNNEST(%s::integer[]) AS campaign(id)",
                self.account.company_id.id,
                rows,
            )
        )

    # The schedules

    def recipients(self):
        def push(campaign, client):
            waiting = self.waiting.pop(campaign.id)
            for _batch in range(ceil(len(waiting) / BATCH_SIZE)):
                client.call("recipients")
            self.pushed += len(waiting)
            self.members[campaign.id] += len(waiting)
            for since in waiting:
                self.waits[self.now() - since] += 1

        done = self.work(self.env["utm.campaign"].sudo()._cm_with_work(), push)
        self.env.cr.execute(
            SQL("DELETE FROM campaign_master_recipient WHERE campaign_id = ANY(%s)", done)
        )
        self.note("cm_synced_at", done)

    def campaign_statistics(self):
        def pull(campaign, client):
            client.call("campaign_statistics")
            waited = self.now() - (campaign.cm_statistics_at or campaign.cm_sent_at)
            self.longest_without_figures = max(self.longest_without_figures, waited)

        due = self.env["utm.campaign"].sudo()._cm_due_for_statistics()
        self.note("cm_statistics_at", self.work(due, pull))

    def recipient_statistics(self):
        def pull(campaign, client):
            known = self.members_in_the_morning[campaign.id]
            rows = self.members[campaign.id] - known + PART_THAT_CHANGES * known
            for _page in range(max(1, ceil(rows / ROWS_OF_A_PAGE))):
                client.call("recipient_statistics")
            self.members_in_the_morning[campaign.id] = self.members[campaign.id]
            waited = self.now() - (campaign.cm_recipient_statistics_at or campaign.cm_sent_at)
            self.longest_without_individual_figures = max(
                self.longest_without_individual_figures, waited
            )

        due = self.env["utm.campaign"].sudo()._cm_due_for_recipient_statistics()
        self.note("cm_recipient_statistics_at", self.work(due, pull))

    def people_at_the_screen(self):
        with AccountSession(self.account, AT_THE_SCREEN) as session:
            for _call in range(CALLS_OF_PEOPLE_IN_HALF_AN_HOUR):
                session.client.call("people")

    def work(self, campaigns, work):
        """Ids of the campaigns that the calls which are allowed were enough for."""
        done = []
        if not campaigns:
            return done
        with AccountSession(self.account, BACKGROUND) as session:
            for campaign in campaigns:
                try:
                    work(campaign, session.client)
                except ReserveReached:
                    break
                done.append(campaign.id)
        return done

    def note(self, field_name, campaign_ids):
        self.env.cr.execute(
            SQL(
                "UPDATE utm_campaign SET %s = %s WHERE id = ANY(%s)",
                SQL.identifier(field_name),
                self.now(),
                campaign_ids,
            )
        )
        self.campaigns.invalidate_recordset([field_name])

    # The figures

    def longest_wait(self):
        """Of a recipient, also of those who still wait."""
        still = [self.now() - waiting[0] for waiting in self.waiting.values() if waiting]
        return max([*self.waits, *still])

    def usual_wait(self, part=0.5):
        """What this part of the recipients waited at most."""
        wanted, count = self.waits.total() * part, 0
        for wait in sorted(self.waits):
            count += self.waits[wait]
            if count >= wanted:
                return wait
        return None

    def report(self):
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.server.calls.items())
        return (
            f"\nCalls in a month: {self.server.calls.total():,} of {MONTHLY_LIMIT:,} ({kinds})"
            f"\nHighest hour: {max(self.server.hours):,} of {HOURLY_LIMIT:,}"
            f"\nRecipients: {self.came:,} came, {self.pushed:,} were added; half of them within "
            f"{self.usual_wait()}, 95 % within {self.usual_wait(0.95)}, all within "
            f"{self.longest_wait()}"
            f"\nFigures were never older than {self.longest_without_figures}, individual ones "
            f"{self.longest_without_individual_figures}"
        )
