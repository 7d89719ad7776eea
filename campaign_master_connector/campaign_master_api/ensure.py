"""One campaign for one external id, whatever happens to the answers."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

from collections.abc import Callable, Iterable

from .errors import CampaignMasterError, NoAnswer, ServerFailed, SeveralCampaigns
from .sentences import _
from .types import Campaign

Find = Callable[[str], Campaign | None]
Create = Callable[[], Campaign]


def only_campaign(campaigns: Iterable[Campaign], external_id: str) -> Campaign | None:
    """The one of `campaigns` with exactly this external id, None where there is none.

    Raises SeveralCampaigns. Another one's campaign is never taken, whatever the server filters.
    """
    found = {entry.id: entry for entry in campaigns if entry.external_id == external_id}
    if len(found) > 1:
        raise SeveralCampaigns(
            _(
                "Campaign Master has %(count)s campaigns with the reference of this one. "
                "Delete the wrong ones there, then try again.",
                count=len(found),
            )
        )
    return next(iter(found.values()), None)


def ensure_campaign(find: Find, create: Create, external_id: str) -> Campaign:
    """Return the campaign with this external id, created where a look-up shows that it is absent.

    An existing one is returned as it is. A create whose outcome is unknown is never repeated
    blindly: the external id is looked up, and one more attempt is made only where it is absent
    and the server has ended with the first (after a time-out or a 504 it may still be at work).
    Otherwise the error of the create is raised, with `outcome_unknown`: the next call looks the
    campaign up again.
    """
    found = find(external_id)
    if found is not None:
        return found
    result = _create_or_find(find, create, external_id)
    if isinstance(result, Campaign):
        return result
    if may_still_be_carried_out(result):
        raise result
    result = _create_or_find(find, create, external_id)
    if isinstance(result, Campaign):
        return result
    raise result


def _create_or_find(find: Find, create: Create, external_id: str) -> Campaign | CampaignMasterError:
    """The campaign, or the error of a create after which a look-up showed that it is absent."""
    try:
        return create()
    except CampaignMasterError as error:
        if not error.outcome_unknown:
            raise
        lost = error
    try:
        return find(external_id) or lost
    except CampaignMasterError:
        # That the look-up failed too must not hide that a campaign may have been created.
        raise lost from None


def may_still_be_carried_out(error: CampaignMasterError) -> bool:
    """Whether the server may be at work on the request still, as it may after a time-out."""
    return isinstance(error, NoAnswer) or (isinstance(error, ServerFailed) and error.status == 504)
