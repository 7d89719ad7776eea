from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..campaign_master_api import without_addresses

KEPT = timedelta(days=30)


class CampaignMasterSyncLog(models.Model):
    """What a sync or a scheduled run did with one campaign; no personal data, no secrets."""

    _name = "campaign.master.sync.log"
    _description = "Campaign Master Sync Log"
    _order = "id desc"
    _rec_name = "campaign_id"

    kind = fields.Selection(
        [
            ("sync", "Sync"),
            ("additions", "Additions"),
            ("recipients", "Recipients, every minute"),
            ("campaign_statistics", "Campaign statistics"),
            ("recipient_statistics", "Individual statistics"),
            ("choices", "Lists and templates, an hour's sum"),
            ("test", "Tests of the connection, an hour's sum"),
        ],
        required=True,
        readonly=True,
    )
    hour = fields.Datetime(
        "Sum of the hour", readonly=True, help="Of calls that belong to no campaign: when it began."
    )
    campaign_id = fields.Many2one("utm.campaign", index=True, readonly=True, ondelete="cascade")
    account_id = fields.Many2one(
        "campaign.master.account", index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "Started by", readonly=True)
    added = fields.Integer(readonly=True)
    already_on_list = fields.Integer("Already on the list", readonly=True)
    opted_out = fields.Integer(readonly=True)
    rejected = fields.Integer(readonly=True)
    rows = fields.Integer("Statistics rows", readonly=True)
    unknown_addresses = fields.Integer(readonly=True)
    calls = fields.Integer(readonly=True)
    duration = fields.Float("Duration (s)", readonly=True, digits=(16, 2))
    deviations = fields.Char(
        readonly=True, help="What Campaign Master wrote otherwise than its contract says."
    )
    skipped_rows = fields.Integer(
        readonly=True, help="Rows of statistics that couldn't be read and were left out."
    )
    error = fields.Char(readonly=True)

    _hour_unique_idx = models.UniqueIndex("(account_id, kind, hour) WHERE hour IS NOT NULL")

    support_text = fields.Text(compute="_compute_support_text")

    @api.depends("campaign_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The sum of an hour is of no campaign, and is called what it sums up."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for log in self:
            log.display_name = log.campaign_id.display_name or kinds.get(log.kind, "")

    def _compute_support_text(self):
        """The row as text to send to support: numbers and the sentence, no name, no address."""
        version = (
            self.env["ir.module.module"].sudo().search([("name", "=", "campaign_master_connector")])
        )
        names = (
            "kind",
            "added",
            "already_on_list",
            "opted_out",
            "rejected",
            "rows",
            "unknown_addresses",
            "skipped_rows",
            "deviations",
            "calls",
            "duration",
            "error",
        )
        for log in self:
            lines = [
                f"campaign_master_connector {version.latest_version}",
                f"date: {log.create_date} UTC",
                f"campaign: {log.campaign_id.cm_reference}",
                *(f"{name}: {log[name] or 0}" for name in names),
            ]
            log.support_text = "\n".join(lines)

    @api.model
    def _add(self, kind, results):
        """Write a row for each `CampaignResult` of a click, of schedules only what did anything."""
        return self.sudo().create(
            [
                self._row(kind, result)
                for result in results
                if kind == "sync" or result.problem or result.calls
            ]
        )

    def _row(self, kind, result):
        return {
            "kind": kind,
            "campaign_id": result.campaign.id,
            "account_id": result.campaign.cm_account_id.id,
            "user_id": self.env.uid,
            "added": result.counts["added"],
            "already_on_list": result.counts["exists"],
            "opted_out": result.counts["opted_out"],
            "rejected": result.counts["rejected"],
            "rows": result.counts["rows"],
            "unknown_addresses": result.counts["unknown_addresses"],
            "skipped_rows": result.counts["skipped_rows"],
            "deviations": self.env["campaign.master.deviation"]._as_text(result.deviations)
            or False,
            "calls": result.calls,
            "duration": result.seconds,
            "error": without_addresses(result.problem) or False,
        }

    @api.model
    def _sum_up(self, account, kind, calls, seconds, error):
        """Add calls that no campaign caused to the row of the account, the kind and the hour."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_master_sync_log AS log
                       (kind, account_id, company_id, hour, calls, duration, error,
                        create_uid, write_uid, create_date, write_date)
                VALUES (%(kind)s, %(account)s, %(company)s, %(hour)s, %(calls)s, %(seconds)s,
                        %(error)s, %(user)s, %(user)s, %(now)s, %(now)s)
                ON CONFLICT (account_id, kind, hour) WHERE hour IS NOT NULL DO UPDATE
                   SET calls = log.calls + EXCLUDED.calls,
                       duration = log.duration + EXCLUDED.duration,
                       error = COALESCE(EXCLUDED.error, log.error),
                       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                """,
                kind=kind,
                account=account.id,
                company=account.company_id.id,
                hour=now.replace(minute=0, second=0, microsecond=0),
                calls=calls,
                seconds=seconds,
                error=error or None,
                user=self.env.uid,
                now=now,
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _gc_old_rows(self):
        self.search([("create_date", "<", fields.Datetime.now() - KEPT)]).unlink()
