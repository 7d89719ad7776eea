import time
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..services.recipient_visibility import campaigns_seen_as_a_whole
from ..services.sentences import number_for
from ..services.statistics_run import run_campaign_statistics
from .utm_campaign import BLOCK_FIELDS

STATES_BEFORE_LAUNCH = ("not_synced", "draft")
# What the dialog of the form adds to the values that it saves.
CONFIRMATION = "cm_list_change_confirmed"
# Of the fields that Campaign Master can have otherwise than Odoo after the launch.
NAMES_AS_SENT = {
    "cm_subject": "subject",
    "cm_description": "description",
    "cm_from_name": "from_name",
    "cm_from_email": "from_email",
    "cm_redirect_address": "reply_redirect_email",
    "cm_test_address": "test_email",
}
# Who clicks again and again makes no more calls than this.
STATE_IS_FRESH = timedelta(minutes=1)
SECONDS_TO_ASK = 8.0


class UtmCampaign(models.Model):
    """What of the block can't be changed any more, and a change of the list, which asks first."""

    _inherit = "utm.campaign"

    def _cm_is_launched(self):
        self.ensure_one()
        return bool(self.cm_sent_at) or self.cm_state not in STATES_BEFORE_LAUNCH

    def _cm_check_not_launched(self, vals):
        """Nothing of the block changes after the launch, but back to what Campaign Master has.

        :param vals: cleaned values to write
        :raises UserError: for any other value
        """
        names = [name for name in vals if name in BLOCK_FIELDS]
        for campaign in self if names else ():
            if not campaign._cm_is_launched():
                continue
            sent = campaign.cm_sent_values or {}
            for name in names:
                known = self._fields[name].convert_to_write(campaign[name], campaign)
                allowed = {known or False}
                if (name_as_sent := NAMES_AS_SENT.get(name)) in sent:
                    allowed.add(sent[name_as_sent] or False)
                if (vals[name] or False) not in allowed:
                    raise UserError(campaign._cm_sentence_of_lock(name))

    def _cm_sentence_of_lock(self, name):
        if name == "cm_list_id":
            return self.env._(
                "The list of %(campaign)s can't be changed any more: the campaign is launched, "
                "and its recipients are on that list. For another list duplicate the campaign.",
                campaign=self.title,
            )
        return self.env._(
            "%(field)s of %(campaign)s can't be changed any more: the campaign is launched. "
            "Duplicate the campaign to send another one.",
            field=self._fields[name]._description_string(self.env),
            campaign=self.title,
        )

    def cm_ask_before_list_change(self, list_id):
        """What the form asks before it saves another list of this campaign.

        Campaign Master is asked first whether the campaign is launched meanwhile.

        :param list_id: id of the list that is chosen, False for none
        :return: str, empty where nobody is on the list of now, so that nothing has to be asked
        :raises UserError: where the campaign is launched
        """
        self.ensure_one()
        self._cm_check_access("write")
        question = self._cm_list_change_question(list_id)
        if question and self.cm_external_id and not self._cm_state_is_fresh():
            run_campaign_statistics(self.sudo(), time.monotonic() + SECONDS_TO_ASK)
        if self._cm_is_launched():
            raise UserError(self._cm_sentence_of_lock("cm_list_id"))
        return question

    def _cm_state_is_fresh(self):
        pulled = self.cm_statistics_at
        return pulled and pulled > fields.Datetime.now() - STATE_IS_FRESH

    def _cm_list_change_question(self, list_id):
        if not self.cm_list_id or self.cm_list_id.id == list_id or self._cm_is_launched():
            return ""
        on_it = Domain("campaign_id", "=", self.id) & Domain("state", "in", ["added", "exists"])
        if not self.env["campaign.master.recipient"].sudo().search_count(on_it, limit=1):
            return ""
        count = self.env["campaign.master.recipient"].search_count(on_it)
        chosen = self.env["campaign.master.list"].browse(list_id)
        return self._cm_who_is_on_the_list(count) + " " + self._cm_what_becomes_of_them(chosen)

    def _cm_who_is_on_the_list(self, count):
        if campaigns_seen_as_a_whole(self):
            return self.env._(
                "Recipients of this campaign that are on the list %(list)s already: %(count)s.",
                list=self.cm_list_id.name,
                count=number_for(self.env, count),
            )
        return self.env._(
            "Recipients of this campaign that are on the list %(list)s already: %(count)s that "
            "you see, and possibly others.",
            list=self.cm_list_id.name,
            count=number_for(self.env, count),
        )

    def _cm_what_becomes_of_them(self, chosen):
        stay = self.env._("They stay on it, since Odoo takes nobody off a list")
        if not chosen:
            return self.env._("%s. They are added again to the list that you choose next.", stay)
        if self.cm_paused:
            return self.env._(
                "%(stay)s, and are added to %(list)s too as soon as adding is resumed.",
                stay=stay,
                list=chosen.name,
            )
        return self.env._(
            "%(stay)s, and are added to %(list)s too within a minute.", stay=stay, list=chosen.name
        )

    def _cm_check_list_change_confirmed(self, vals):
        """Where a person saves: a form asks first, a file can't.

        :raises UserError: for a list that people would be added to who are on another one already
        """
        if "cm_list_id" not in vals:
            return
        for campaign in self:
            if question := campaign._cm_list_change_question(vals["cm_list_id"]):
                raise UserError(
                    self.env._(
                        "The list of %(campaign)s was not changed. %(question)s Change it on the "
                        "form of the campaign and confirm it there.",
                        campaign=campaign.title,
                        question=question,
                    )
                )

    def web_save(self, vals, specification, next_id=None):
        """A form that is closed saves without its dialog, so that it is asked for here too."""
        vals = dict(vals)
        if not vals.pop(CONFIRMATION, False) and self.has_access("write"):
            self._cm_check_list_change_confirmed(vals)
        return super().web_save(vals, specification, next_id=next_id)
