"""One campaign's life with a million recipients: each step, without what it is beside."""

import time
from functools import partial
from typing import Any, NamedTuple

from . import floors
from .push import Push, note_pushes, push_all

TITLE = "Large"
SECONDS_AT_MOST = 600


class Life(NamedTuple):
    """Seconds of each step, and what the push took."""

    click: float
    background: float
    push: Push
    statistics: float
    server: float
    again: float


def life_of_a_campaign(bench: Any, rows: int, rounds: int) -> None:
    """Add everybody, push them, bring their statistics: seconds of each step.

    The recipients of the last round stay, for what is measured with them.
    """
    lives = []
    for number in range(rounds, 0, -1):
        campaign = bench.campaign(TITLE if number == 1 else f"{TITLE}, {number} more")
        lives.append(_one_life(bench, campaign, rows))
        if number > 1:
            floors.forget_recipients(bench.env, campaign)
    row = bench.note(
        "Add recipients that match a filter",
        [life.click + life.background for life in lives],
        rows,
    )
    row["notes"] = [f"{lives[-1].click:.1f} s within the click, the rest in the background"]
    note_pushes(bench, [life.push for life in lives], rows)
    statistics = [life.statistics for life in lives]
    bench.note("Individual statistics, with the calls", statistics, rows)
    own = [life.statistics - life.server for life in lives]
    bench.note("  of it Odoo's own share, without the server's", own, rows)
    bench.note("  second run without changes", [life.again for life in lives])


def _one_life(bench: Any, campaign: Any, rows: int) -> Life:
    click = bench.time(partial(campaign.cm_add_people, *floors.PEOPLE))
    background = bench.time(partial(_add_the_others, campaign))
    pushed = push_all(bench, campaign)
    bench.sandbox.control.populate_campaign(campaign.cm_external_id, rows)
    with floors.waiting_for_answers() as waits:
        statistics = bench.time(campaign._cron_cm_update_recipient_statistics)
    campaign.write(floors.DUE_AGAIN)
    bench.env.cr.commit()
    again = bench.time(campaign._cron_cm_update_recipient_statistics)
    return Life(click, background, pushed, statistics, sum(waits), again)


def _add_the_others(campaign: Any) -> None:
    """Run the schedule of every minute again and again."""
    end = time.monotonic() + SECONDS_AT_MOST
    while campaign.sudo().cm_additions and time.monotonic() < end:
        campaign._cron_cm_sync_recipients()
        campaign.env.cr.commit()
