"""Pages about campaigns: what they say, their launch, and what comes of it."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from ..errors import NotFound, UsageError
from ..running import now, sandbox
from ..simulation.launch import Order, launch
from ..simulation.statistics import statistics_document
from ..store import campaigns, lists, recipients, templates
from .chart import Chart
from .chosen import MOST_SHOWN, PAGE_SIZE, account, offset, paged, search, whole_number

SPEEDS = (
    ("at_once", "At once, as if sent three days ago", None),
    ("1", "Real time", 1.0),
    ("60", "A minute per second", 60.0),
    ("600", "Ten minutes per second", 600.0),
    ("3600", "An hour per second", 3600.0),
)


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get("/campaigns")(index_of_campaigns)
    blueprint.get("/campaigns/<id:campaign_id>")(show_campaign)
    blueprint.get("/campaigns/<id:campaign_id>/live")(live_figures)
    blueprint.post("/campaigns/<id:campaign_id>/launch")(launch_campaign)
    blueprint.post("/campaigns/<id:campaign_id>/delete")(delete_campaign)


def index_of_campaigns() -> str:
    """All campaigns, the latest first."""
    now()
    rows = campaigns.latest(sandbox().database, account()["id"], offset(), PAGE_SIZE + 1)
    return render_template("campaigns.html", **paged(rows))


def show_campaign(campaign_id: int) -> str:
    """One campaign."""
    campaign = _campaign(campaign_id)
    activity = request.args.get("activity", "")
    rows = recipients.search(
        sandbox().database, campaign, search(), offset(), PAGE_SIZE + 1, activity
    )
    return render_template(
        "campaign.html",
        campaign=campaign,
        template=_template(campaign),
        lists=lists.page(sandbox().database, account()["id"], 0, MOST_SHOWN),
        speeds=SPEEDS,
        seed=sandbox().seed,
        search=search(),
        activity=activity,
        activities=tuple(recipients.CONDITION_BY_ACTIVITY),
        **paged(rows),
        **_figures(campaign),
    )


def live_figures(campaign_id: int) -> str:
    """The part of the page that changes by itself."""
    campaign = _campaign(campaign_id)
    return render_template("figures.html", campaign=campaign, **_figures(campaign))


def launch_campaign(campaign_id: int) -> Response:
    """Send a draft to a list."""
    speeds = {name: speed for name, _label, speed in SPEEDS}
    speed = request.form.get("speed", "")
    if speed not in speeds:
        raise UsageError("Choose a speed.")
    order = Order(seed=whole_number("seed", least=-(2**62), most=2**62), speed=speeds[speed])
    list_id = whole_number("list", least=1)
    count = launch(sandbox().database, account()["id"], campaign_id, list_id, order, now())
    flash(f"Launched to {count:,} recipients.")
    return redirect(f"/campaigns/{campaign_id}")


def delete_campaign(campaign_id: int) -> Response:
    """Remove a campaign."""
    campaigns.delete(sandbox().database, account()["id"], campaign_id)
    flash("The campaign is deleted.")
    return redirect("/campaigns")


def _campaign(campaign_id: int) -> sqlite3.Row:
    now()
    return campaigns.find(sandbox().database, account()["id"], campaign_id)


def _template(campaign: sqlite3.Row) -> sqlite3.Row | None:
    try:
        return templates.find(sandbox().database, account()["id"], campaign["template_id"])
    except NotFound:
        return None


def _figures(campaign: sqlite3.Row) -> dict[str, Any]:
    return {
        "figures": statistics_document(campaign),
        "chart": Chart(sandbox().database, campaign),
        "is_live": (campaign["ends_at"] or 0) > sandbox().clock.now(),
    }
