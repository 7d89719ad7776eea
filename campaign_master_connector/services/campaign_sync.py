"""The campaign itself: created in Campaign Master once, then kept like the one in Odoo."""

from dataclasses import asdict
from datetime import timedelta

from odoo import fields

from ..campaign_master_api import (
    CampaignFields,
    CampaignMasterError,
    CampaignStatus,
    RequestRefused,
    ensure_campaign,
    may_still_be_carried_out,
)
from . import transaction
from .moments import naive

# As long as a proxy or server may hold a request that nobody waits for any more.
LONGEST_CREATION = timedelta(minutes=1)


def sync_campaign_itself(campaign, client):
    """Create ``campaign`` in Campaign Master, or send what changed of it since.

    Its reference is committed before the first call: whatever dies after that, the next run
    finds by it what was created.

    :return: whether Campaign Master has what Odoo has; it takes no changes after the launch
    """
    values = _wire_fields(campaign)
    known = asdict(values)
    if campaign.cm_external_id:
        if campaign.cm_sent_values != known and campaign.cm_state == "draft":
            _update(campaign, client, values)
        return campaign.cm_sent_values == known
    transaction.commit(campaign.env)
    remote = _ensure(campaign, client, values)
    if _differs(remote, values) and remote.status is CampaignStatus.DRAFT:
        remote = client.update_campaign(remote.id, values)
    created = {"cm_external_id": remote.id, "cm_creation_began_at": False}
    _store(campaign, {**_remote_values(remote), **created}, known)
    return True


def _ensure(campaign, client, values):
    """The campaign in Campaign Master, which a creation that nobody waits for may still make."""
    if _is_being_created(campaign):
        if remote := client.find_campaign(values.external_id):
            return remote
        raise CampaignMasterError(
            campaign.env._(
                "Campaign Master was asked to create this campaign and hasn't answered yet. "
                "Whether it did is looked up again in a minute."
            )
        )

    def create(new):
        _note_creation(campaign, fields.Datetime.now())
        return client.create_campaign(new)

    try:
        return ensure_campaign(client.find_campaign, create, values)
    except CampaignMasterError as error:
        if not may_still_be_carried_out(error):
            _note_creation(campaign, False)
        raise


def _is_being_created(campaign):
    began = campaign.cm_creation_began_at
    return began and began > fields.Datetime.now() - LONGEST_CREATION


def _note_creation(campaign, began_at):
    """Committed before the call, so that also who comes after a crash knows of it."""
    transaction.write_durably(
        campaign.env, lambda: campaign.write({"cm_creation_began_at": began_at})
    )


def _update(campaign, client, values):
    try:
        remote = client.update_campaign(campaign.cm_external_id, values)
    except RequestRefused as error:
        if error.code != "campaign_not_draft":
            raise
        remote = client.get_campaign(campaign.cm_external_id)
        _store(campaign, _remote_values(remote), campaign.cm_sent_values)
    else:
        _store(campaign, _remote_values(remote), asdict(values))


def wire_values(campaign):
    """What is sent of ``campaign`` itself: {name in `CampaignFields`: value}."""
    return asdict(_wire_fields(campaign))


def _wire_fields(campaign):
    return CampaignFields(
        external_id=campaign.cm_reference,
        name=campaign.cm_subject,
        subject=campaign.cm_subject,
        description=(campaign.cm_description or "").strip(),
        from_name=campaign.cm_from_name,
        from_email=campaign.cm_from_email,
        template_id=campaign.cm_template_id.external_id,
        reply_redirect_email=campaign.cm_redirect_address or "",
        test_email=campaign.cm_test_address or "",
    )


def _differs(remote, values):
    return (remote.name, remote.subject) != (values.name, values.subject)


def _remote_values(remote):
    return {"cm_state": remote.status.value, "cm_sent_at": naive(remote.sent_at)}


def _store(campaign, values, sent_values):
    transaction.write_durably(
        campaign.env, lambda: campaign.write({**values, "cm_sent_values": sent_values})
    )
