from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..services.array_literals import array_of

KEPT = timedelta(days=30)
# Of one run: the contract bounds what there is to write otherwise, but nobody what is written.
KINDS_OF_A_RUN = 200
LONGEST_NAME = 64


class CampaignMasterDeviation(models.Model):
    """Where Campaign Master's answers are written otherwise than its contract says, day by day.

    Operations and keys only: neither values nor anybody's data.
    """

    _name = "campaign.master.deviation"
    _description = "Campaign Master Deviation"
    _order = "day desc, count desc, id desc"
    _rec_name = "key"

    account_id = fields.Many2one(
        "campaign.master.account", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    day = fields.Date(required=True, readonly=True)
    operation = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("read_generously", "Written otherwise and understood"),
            ("value_dropped", "Value not understood and left out"),
            ("row_skipped", "Row left out"),
            ("unknown_word", "Word that nobody knows"),
            ("missing", "Missing"),
            ("other_type_of_answer", "Labelled as another type of answer"),
            ("paging", "Pages counted otherwise"),
            ("results_matched_otherwise", "Results matched otherwise"),
        ],
        required=True,
        readonly=True,
    )
    count = fields.Integer("Times", readonly=True)
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)

    _kind_unique = models.Constraint(
        "UNIQUE(account_id, day, operation, key, kind)", "This deviation is counted already."
    )

    @api.model
    def _count(self, account, deviations):
        """Add to today's counts of ``account``.

        :param deviations: `Counter` of the wire package's `Deviation`
        """
        counted = deviations.most_common(KINDS_OF_A_RUN)
        if not counted:
            return
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_master_deviation AS known
                       (account_id, company_id, day, first_seen, last_seen,
                        operation, key, kind, count)
                SELECT %(account)s, %(company)s, %(day)s, %(now)s, %(now)s, met.*
                  FROM UNNEST(%(operations)s, %(keys)s, %(kinds)s, %(counts)s) AS met
                    ON CONFLICT (account_id, day, operation, key, kind) DO UPDATE
                   SET count = known.count + EXCLUDED.count, last_seen = EXCLUDED.last_seen
                """,
                account=account.id,
                company=account.company_id.id,
                day=now.date(),
                now=now,
                operations=array_of("varchar", (one.operation for one, _count in counted)),
                keys=array_of("varchar", (one.key[:LONGEST_NAME] for one, _count in counted)),
                kinds=array_of("varchar", (one.kind for one, _count in counted)),
                counts=array_of("integer", (count for _one, count in counted)),
            )
        )
        self.invalidate_model()

    @api.model
    def _as_text(self, deviations):
        """One line of what a run met, for the log: each operation and key with its kind."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return "; ".join(
            f"{one.operation} {one.key[:LONGEST_NAME]}: {labels.get(one.kind, one.kind)} ({count})"
            for one, count in deviations.most_common(KINDS_OF_A_RUN)
        )

    @api.autovacuum
    def _gc_old_days(self):
        self.search([("day", "<", fields.Date.today() - KEPT)]).unlink()


class CampaignMasterAccount(models.Model):
    """What the account's answers have otherwise than the contract, as of late."""

    _inherit = "campaign.master.account"

    deviation_notice = fields.Char(compute="_compute_deviation_notice")

    def _compute_deviation_notice(self):
        for account in self:
            kinds = len(
                self.env["campaign.master.deviation"]._read_group(
                    self._domain_of_late(account), ["operation", "key", "kind"]
                )
            )
            account.deviation_notice = bool(kinds) and (
                self.env._("1 kind of deviation since yesterday")
                if kinds == 1
                else self.env._("%s kinds of deviation since yesterday", kinds)
            )

    def _domain_of_late(self, account):
        yesterday = fields.Date.today() - timedelta(days=1)
        return [("account_id", "=", account.id), ("day", ">=", yesterday)]

    def action_open_deviations(self):
        """The deviations of this account, the newest first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deviations"),
            "res_model": "campaign.master.deviation",
            "views": [(False, "list")],
            "domain": [("account_id", "=", self.id)],
        }
