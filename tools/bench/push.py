"""A campaign's push as its users see it: the click, then the schedule until nobody is left."""

from typing import Any, NamedTuple

from . import floors

# A click adds the first ones itself.
WITHIN_A_CLICK = 1000


class Push(NamedTuple):
    """Seconds of the click and of the background, what of them the server took, and calls."""

    click: float
    background: float
    servers_click: float
    servers_background: float
    calls: int

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.click + self.background

    @property
    def own_background(self) -> float:
        """What Odoo took in the background."""
        return self.background - self.servers_background

    @property
    def own(self) -> float:
        """What Odoo took."""
        return self.click - self.servers_click + self.own_background


def push_all(bench: Any, campaign: Any) -> Push:
    """Click, and run the schedule of every minute until everybody is on the list."""
    bench.sandbox.control.clear_calls()
    with floors.waiting_for_answers() as of_click:
        click = bench.time(campaign.action_cm_sync)
    with floors.waiting_for_answers() as of_background:
        background = bench.time(lambda: _push_the_others(campaign))
    calls = sum(bench.sandbox.control.call_counts().values())
    return Push(click, background, sum(of_click), sum(of_background), calls)


def note_pushes(bench: Any, pushes: list[Push], rows: int) -> tuple[Any, Any]:
    """The rows of the report: all of it, and Odoo's own share."""
    notes = [f"{pushes[-1].calls} calls for {rows:,} recipients"]
    row = bench.note(
        "Push recipients to the list", [push.seconds for push in pushes], rows, notes=notes
    )
    own = bench.note(
        "  of it Odoo's own share, without the server's", [push.own for push in pushes], rows
    )
    bench.note("  of it the click, with 1,000 recipients", [push.click for push in pushes])
    bench.note(
        "  of it in the background, without the server's share",
        [push.own_background for push in pushes],
        rows - WITHIN_A_CLICK,
    )
    return row, own


def _push_the_others(campaign: Any) -> None:
    while campaign._cm_may_go_on():
        campaign._cron_cm_sync_recipients()
