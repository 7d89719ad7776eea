"""The campaign itself: created in Campaign Master once, then kept like the one in Odoo."""

from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import timedelta
from functools import partial

from odoo import fields

from ..campaign_master_api import (
    AccountRefused,
    CampaignFields,
    CampaignMasterError,
    CampaignStatus,
    RequestRefused,
    ensure_campaign,
    may_still_be_carried_out,
    naming_own_addresses,
)
from . import transaction

NOT_A_DRAFT = "campaign_not_draft"
# As long as a proxy or server may hold a request that nobody waits for any more.
LONGEST_CREATION = timedelta(minutes=1)
ADDRESSES = ("cm_from_email", "cm_redirect_address", "cm_test_address")


def sync_campaign_itself(campaign, client):
    """Create ``campaign`` in Campaign Master, or send what changed of it since.

    Its reference is committed before the first call: whatever dies after that, the next run
    finds by it what was created.

    What the campaign itself says of addresses is its editor's to read in a refusal.

    :return: whether Campaign Master has what Odoo has; it takes no changes after the launch
    """
    with naming_own_addresses(campaign[name] or "" for name in ADDRESSES):
        is_taken = _create_or_update(campaign, client)
    return is_taken or campaign.cm_sent_values == wire_values(campaign)


def _create_or_update(campaign, client):
    """Whether Campaign Master takes changes of the campaign still, and took those."""
    if not campaign.cm_external_id:
        transaction.commit(campaign.env)
        remote = _ensure(campaign, client)
        if not campaign.cm_external_id:
            _take_over(campaign, client, remote)
    is_taken = campaign.cm_state == "draft"
    if is_taken and campaign.cm_sent_values != wire_values(campaign):
        is_taken = _update(campaign, client)
    return is_taken


def _ensure(campaign, client):
    """The campaign in Campaign Master, which a creation that nobody waits for may still make."""
    if is_being_created(campaign):
        if remote := client.find_campaign(campaign.cm_reference):
            return remote
        raise CampaignMasterError(
            campaign.env._(
                "Campaign Master was asked to create this campaign and hasn't answered yet. "
                "Whether it did is looked up again in a minute."
            )
        )
    create = partial(_create, campaign, client)
    try:
        return ensure_campaign(client.find_campaign, create, campaign.cm_reference)
    except CampaignMasterError as error:
        if not may_still_be_carried_out(error):
            _note_creation(campaign, False)
        raise


def is_being_created(campaign):
    """Whether Campaign Master may be at work on ``campaign`` still, though nobody waits for it."""
    began = campaign.cm_creation_began_at
    return began and began > fields.Datetime.now() - LONGEST_CREATION


def _create(campaign, client):
    _note_creation(campaign, fields.Datetime.now())
    # From the note on nobody changes the template; until then somebody may have.
    values = _wire_fields(campaign)
    remote = client.create_campaign(values)
    _store(campaign, remote, asdict(values))
    return remote


def _note_creation(campaign, began_at):
    """Committed before the call, so that also who comes after a crash knows of it."""
    transaction.write_durably(
        campaign.env, lambda: campaign.write({"cm_creation_began_at": began_at})
    )


def _take_over(campaign, client, remote):
    """Link what was found: created with what Odoo had when the answer to the creation was lost.

    Before anything else that can fail; what differs is sent afterwards.

    :raises CampaignMasterError: for a draft with another template, which no call changes
    """
    values = _wire_fields(campaign)
    is_draft = remote.status is CampaignStatus.DRAFT
    if is_draft and remote.template_id not in (None, values.template_id):
        if _told(remote) != asdict(values):
            client.update_campaign(remote.id, values)
        _note_creation(campaign, False)
        raise CampaignMasterError(
            campaign.env._(
                "In Campaign Master this campaign has another template than here, and Odoo can't "
                "change it there. Choose %(template)s there, or here the one that it has there.",
                template=campaign.cm_template_id.name,
            )
        )
    told = _told(remote)
    if not is_draft:
        told = {**asdict(values), **{name: value for name, value in told.items() if value}}
    _store(campaign, remote, told)


def _update(campaign, client):
    """Whether Campaign Master took the changes; it takes those of drafts only.

    :raises CampaignMasterError: where it refuses those of a draft
    """
    values = _wire_fields(campaign)
    try:
        remote = client.update_campaign(campaign.cm_external_id, values)
    except (AccountRefused, RequestRefused) as error:
        remote = client.get_campaign(campaign.cm_external_id)
        if remote.status is CampaignStatus.DRAFT and error.code != NOT_A_DRAFT:
            raise error from None
        _store(campaign, remote, campaign.cm_sent_values)
        if remote.status is CampaignStatus.UNKNOWN:
            # Its figures say too how far it is.
            ask = partial(campaign._cm_request_statistics, "campaign_statistics")
            transaction.write_durably(campaign.env, ask)
        return False
    _store(campaign, remote, asdict(values))
    return True


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


def _told(remote):
    """What Campaign Master tells of what is sent to it, in the shape of `wire_values`."""
    values = asdict(remote)
    return {field.name: values[field.name] for field in dataclass_fields(CampaignFields)}


def _store(campaign, remote, sent_values):
    values = {
        **campaign._cm_values_of_status(remote),
        "cm_external_id": remote.id,
        "cm_sent_values": sent_values,
        "cm_creation_began_at": False,
    }
    transaction.write_durably(campaign.env, partial(_link, campaign, values))


def _link(campaign, values):
    """Store what Campaign Master told, unless it told of a campaign that is another one's."""
    if other := _other_with(campaign, values["cm_external_id"]):
        raise CampaignMasterError(
            campaign.env._(
                "Campaign Master answered with the campaign %(id)s, which is %(other)s already, so "
                "nothing of it was taken over. If this repeats, ask the support of Campaign "
                "Master.",
                id=values["cm_external_id"],
                other=other.title,
            )
        )
    campaign.write(values)


def _other_with(campaign, external_id):
    campaigns = campaign.env["utm.campaign"].sudo().with_context(active_test=False)
    return campaigns.search(
        [
            ("cm_account_id", "=", campaign.cm_account_id.id),
            ("cm_external_id", "=", external_id),
            ("id", "!=", campaign.id),
        ],
        limit=1,
    )
