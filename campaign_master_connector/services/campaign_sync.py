"""The campaign itself: created in Campaign Master once, then kept like the one in Odoo."""

from dataclasses import asdict

from ..campaign_master_api import CampaignFields, CampaignStatus, RequestRefused
from . import transaction


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
    remote = client.ensure_campaign(values)
    if _differs(remote, values) and remote.status is CampaignStatus.DRAFT:
        remote = client.update_campaign(remote.id, values)
    _store(campaign, {**_remote_values(remote), "cm_external_id": remote.id}, known)
    return True


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


def _wire_fields(campaign):
    return CampaignFields(
        external_id=campaign.cm_reference,
        name=campaign.cm_subject,
        subject=campaign.cm_subject,
        description=campaign.cm_description.strip(),
        from_name=campaign.cm_from_name,
        from_email=campaign.cm_from_email,
        template_id=campaign.cm_template_id.external_id,
        reply_redirect_email=campaign.cm_redirect_address or "",
        test_email=campaign.cm_test_address or "",
    )


def _differs(remote, values):
    return (remote.name, remote.subject) != (values.name, values.subject)


def _remote_values(remote):
    sent_at = remote.sent_at and remote.sent_at.replace(tzinfo=None, microsecond=0)
    return {"cm_state": remote.status.value, "cm_sent_at": sent_at}


def _store(campaign, values, sent_values):
    transaction.write_durably(
        campaign.env, lambda: campaign.write({**values, "cm_sent_values": sent_values})
    )
