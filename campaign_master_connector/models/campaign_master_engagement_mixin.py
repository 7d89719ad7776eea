from odoo import fields, models
from odoo.fields import Domain

# Who was put on the list, or was there already; the mail may have gone to him.
RECEIVED = Domain("state", "in", ("added", "exists")) | Domain("added_at", "!=", False)


class CampaignMasterEngagementMixin(models.AbstractModel):
    """What a person did with the campaigns it was a recipient of."""

    _name = "campaign.master.engagement.mixin"
    _description = "Campaign Master Engagement"

    cm_campaign_count = fields.Integer(
        "Campaign Master Campaigns",
        compute="_compute_cm_engagement",
        groups="campaign_master_connector.group_campaign_master_user",
        help="Campaigns whose Campaign Master list this person is or was on. Campaigns that left "
        "the person out, and those that weren't synced yet, don't count.",
    )
    cm_last_reaction = fields.Datetime(
        "Last open or click",
        compute="_compute_cm_engagement",
        groups="campaign_master_connector.group_campaign_master_user",
    )

    def _cm_recipients_domain(self):
        """Domain of the recipients that stand for this person."""
        raise NotImplementedError

    def _compute_cm_engagement(self):
        recipients = self.env["campaign.master.recipient"]
        for person in self:
            [(count, last_open, last_click)] = recipients._read_group(
                RECEIVED & Domain(person._cm_recipients_domain()) if person.ids else Domain.FALSE,
                [],
                ["campaign_id:count_distinct", "last_open:max", "last_click:max"],
            )
            person.cm_campaign_count = count
            person.cm_last_reaction = max(filter(None, (last_open, last_click)), default=False)

    def action_cm_open_engagement(self):
        """The campaigns of this person: what was opened and clicked, and when last."""
        self.ensure_one()
        action = self.env["campaign.master.recipient"]._window_action()
        action["name"] = self.env._("Campaigns")
        action["domain"] = self._cm_recipients_domain()
        # What is counted; without the filter also the campaigns that left the person out.
        action["context"] = {"create": False, "search_default_received": True}
        return action
