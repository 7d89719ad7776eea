"""One campaign's life with a million recipients: each step once, without what it is beside."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from . import floors
from .push import note_pushes, push_all

TITLE = "Large"


def life_of_a_campaign(bench: Any, rows: int) -> None:
    """Add everybody, push them, bring their statistics, open the form: seconds of each."""
    campaign = bench.campaign(TITLE)
    first = bench.time(partial(campaign.cm_add_people, *floors.PEOPLE))
    rest = bench.time(partial(_until, campaign, lambda: not campaign.sudo().cm_additions))
    row = bench.note("Add recipients that match a filter", [first + rest], rows)
    row["notes"] = [f"{first:.1f} s within the click, the rest in the background"]
    note_pushes(bench, [push_all(bench, campaign)], rows)
    bench.sandbox.control.populate_campaign(campaign.cm_external_id, rows)
    bring = campaign._cron_cm_update_recipient_statistics
    bench.note("Individual statistics, with the calls", [bench.time(bring)], rows)
    campaign.write(floors.DUE_AGAIN)
    bench.env.cr.commit()
    bench.note("  second run without changes", [bench.time(bring)])


def _until(campaign: Any, is_done: Callable[[], bool]) -> None:
    """Run the schedule of every minute, again and again, at most for ten minutes."""
    end = time.monotonic() + 600
    while not is_done() and time.monotonic() < end:
        campaign._cron_cm_sync_recipients()
        campaign.env.cr.commit()
