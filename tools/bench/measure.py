"""The measurements, inside Odoo and against a sandbox process."""

import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from odoo.addons.campaign_master_connector.services.account_session import (
    BACKGROUND,
    AccountSession,
)

from sandbox.testing import SandboxProcess

from . import floors, large, plans, screens, servers
from .push import note_pushes, push_all

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
CAMPAIGNS = int(os.environ.get("BENCH_CAMPAIGNS") or 10_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 3)
ONLY = (os.environ.get("BENCH_ONLY") or "").split(",")
BATCH = 1000
SAMPLE_OF_SINGLE_CALLS = 200
LARGE = 500_000
OPENINGS_OF_A_FORM = 51

Row = dict[str, Any]


class Bench:
    """One database with made-up people, one sandbox, and the list of what was measured."""

    def __init__(self, env: Any, sandbox: SandboxProcess) -> None:
        self.env = env
        self.sandbox = sandbox
        self.rows: list[Row] = []
        floors.make_people(env, ROWS)
        self.account = env["campaign.master.account"].create(
            {
                "company_id": env.company.id,
                "enabled": True,
                "username": sandbox.username,
                "password": sandbox.password,
                "api_url": sandbox.url,
                "monthly_limit": 10**9,
            }
        )
        self.account._refresh_choices_if_stale()
        env.cr.commit()

    def campaign(self, title: str) -> Any:
        """A campaign that is ready to sync, on a new list of its own."""
        list_id = self.sandbox.control.create_list(title)
        known = self.env["campaign.master.list"].create(
            {"account_id": self.account.id, "external_id": str(list_id), "name": title}
        )
        campaign = self.env["utm.campaign"].create(
            {
                "title": title,
                "cm_subject": title,
                "cm_description": title,
                "cm_list_id": known.id,
                "cm_template_id": self.account.template_ids[:1].id,
                "cm_from_name": "Bench",
                "cm_from_email": "news@example.com",
            }
        )
        self.env.cr.commit()
        return campaign

    def time(self, work: Callable[[], Any]) -> float:
        """Seconds that ``work`` and its commit take."""
        self.env.invalidate_all()
        started = time.perf_counter()
        work()
        self.env.cr.commit()
        return time.perf_counter() - started

    def note(self, name: str, seconds: list[float], rows: int = 0, **more: Any) -> Row:
        """Add a measurement to the report."""
        row = {
            "name": name,
            "median": statistics.median(seconds),
            "spread": max(seconds) - min(seconds),
            "rows": rows,
            **more,
        }
        self.rows.append(row)
        print(row, flush=True)
        return row


def ratio(row: Row, floor: Row) -> None:
    """Note how many times as long as its floor a measurement took."""
    row["ratio"] = row["median"] / floor["median"]


def add_recipients(bench: Bench) -> None:
    """All that match a filter, beside one INSERT ... SELECT of the same rows."""
    ours, floor = [], []
    for number in range(ROUNDS):
        campaign = bench.campaign(f"Add {number}")
        ours.append(bench.time(partial(campaign.cm_add_people, *floors.PEOPLE)))
        floors.forget_recipients(bench.env, campaign)
        floor.append(bench.time(partial(floors.insert, bench.env, campaign)))
        floors.forget_recipients(bench.env, campaign)
    row = bench.note("Add recipients that match a filter", ours, ROWS)
    ratio(row, bench.note("  floor: one INSERT ... SELECT", floor, ROWS))


def push_recipients(bench: Bench) -> None:
    """The click and the schedule until all are on the list, beside bare calls and one UPDATE."""
    pushes, floor = [], []
    for number in range(ROUNDS):
        campaign = bench.campaign(f"Push {number}")
        campaign.cm_add_people(*floors.PEOPLE)
        bench.env.cr.commit()
        pushes.append(push_all(bench, campaign))
        # Pending again: an UPDATE that changes no state leaves the indexes alone.
        floors.forget_recipients(bench.env, campaign)
        campaign.cm_add_people(*floors.PEOPLE)
        bench.env.cr.commit()
        list_id = bench.sandbox.control.create_list(f"Floor {number}")
        floor.append(bench.time(partial(floors.push, bench.env, campaign, bench.sandbox, list_id)))
        floors.forget_recipients(bench.env, campaign)
    row, own_row = note_pushes(bench, pushes, ROWS)
    floor_row = bench.note("  floor: bare requests and one UPDATE", floor, ROWS)
    ratio(row, floor_row)
    ratio(own_row, floor_row)
    single = [floors.single_calls(bench.sandbox, SAMPLE_OF_SINGLE_CALLS)]
    bench.note("  one call a contact, as others do (sample)", single, SAMPLE_OF_SINGLE_CALLS)
    traces = [bench.time(partial(floors.mailing_traces, bench.env))]
    bench.note("  Odoo's Email Marketing: traces of the same people", traces, ROWS)


def recipient_statistics(bench: Bench) -> None:
    """Individual statistics of everybody, beside the same rows written by plain SQL."""
    control = bench.sandbox.control
    fetched, ours, own, again, floor, calls = [], [], [], [], [], 0
    for number in range(ROUNDS):
        campaign = bench.campaign(f"Statistics {number}")
        campaign.cm_add_people(*floors.PEOPLE)
        campaign.action_cm_sync()
        floors.mark_added(bench.env, campaign)
        control.populate_campaign(campaign.cm_external_id, ROWS)
        fetched.append(bench.time(partial(_fetch_pages, campaign)))
        with floors.waiting_for_answers() as waits:
            ours.append(bench.time(campaign._cron_cm_update_recipient_statistics))
        own.append(ours[-1] - sum(waits))
        control.clear_calls()
        campaign.write(floors.DUE_AGAIN)
        again.append(bench.time(campaign._cron_cm_update_recipient_statistics))
        calls = control.call_counts().get("listCampaignRecipients", 0)
        floor.append(bench.time(partial(floors.statistics, bench.env, campaign)))
        floors.forget_recipients(bench.env, campaign)
    bench.note("Individual statistics, with the calls", ours, ROWS, notes=[_memory()])
    bench.note("  of it Odoo's own share, without the server's", own, ROWS)
    bench.note("  of it the calls and reading the answers", fetched, ROWS)
    written = [both - calls_alone for both, calls_alone in zip(ours, fetched, strict=True)]
    row = bench.note("  of it writing", written, ROWS)
    ratio(row, bench.note("  floor: the same rows by plain SQL", floor, ROWS))
    bench.note("  second run without changes", again, notes=[f"{calls} calls"])


def _fetch_pages(campaign: Any) -> None:
    with AccountSession(campaign.cm_account_id, BACKGROUND) as session:
        for _page in session.client.iter_campaign_recipient_pages(campaign.cm_external_id):
            pass


def life_of_a_campaign(bench: Bench) -> None:
    """Each step without its comparison, which at that size takes hours."""
    large.life_of_a_campaign(bench, ROWS, ROUNDS)


def idle_minute(bench: Bench) -> None:
    """The schedule with nothing to do, with many campaigns and all their recipients."""
    others = CAMPAIGNS if ROWS >= LARGE else ROWS
    floors.make_synced_campaigns(bench.env, bench.account, CAMPAIGNS, others)
    control = bench.sandbox.control
    control.clear_calls()
    seconds, queries = [], 0
    for _number in range(max(ROUNDS, 5)):
        before = bench.env.cr.sql_log_count
        seconds.append(bench.time(bench.env["utm.campaign"]._cron_cm_sync_recipients))
        queries = bench.env.cr.sql_log_count - before
    calls = sum(control.call_counts().values())
    notes = [f"{queries} queries, {calls} calls, {CAMPAIGNS:,} campaigns"]
    found = plans.of(bench.env, bench.env["utm.campaign"]._cron_cm_sync_recipients)
    bench.note("An idle minute", seconds, notes=notes, plans=found)


def screens_of_the_menus(bench: Bench) -> None:
    """Each list, filter, group and chart of the menus, as two kinds of users see them."""
    _note_screens(bench, bench.env.ref("base.user_admin"), "an administrator")
    salesperson = floors.salesperson(bench.env)
    _note_screens(bench, salesperson, "a salesperson with own documents")


def _note_screens(bench: Bench, user: Any, whose: str) -> None:
    timings = screens.Screens(bench.env(user=user.id, su=False), ROUNDS).measure()
    medians = {name: statistics.median(seconds) for name, seconds in timings.items()}
    slowest = sorted(medians, key=lambda name: -medians[name])
    notes = [f"{medians[name]:.3f} s  {name[0]}: {name[1]}" for name in slowest[:10]]
    name = f"The slowest of {len(timings)} screens of {whose}"
    row = bench.note(name, timings[slowest[0]], notes=notes)
    row["screens"] = {f"{screen}: {chosen}": medians[screen, chosen] for screen, chosen in slowest}


def open_form(bench: Bench) -> None:
    """What the server does for a campaign's form, with everybody and with nobody on it."""
    full = bench.env["utm.campaign"].search([("title", "=", large.TITLE)], limit=1)
    if not full:
        full = bench.campaign("Form, full")
        full.cm_add_people(*floors.PEOPLE)
    full.cm_add_people("crm.lead", [("id", "=", floors.make_lead(bench.env).id)])
    full.action_cm_sync()
    floors.mark_added(bench.env, full)
    empty = bench.campaign("Form, empty")
    empty.action_cm_sync()
    _compare_forms(bench, full, empty, "Open the campaign form, everybody on it")
    salesperson = floors.salesperson(bench.env)
    _compare_forms(
        bench,
        full.with_user(salesperson),
        empty.with_user(salesperson),
        "  by a salesperson who sees some of them",
    )
    summary = [bench.time(full.cm_recipient_summary) for _ in range(ROUNDS)]
    bench.note("  the balance, loaded after the form", summary, ROWS)
    listing = [bench.time(partial(_first_page, full)) for _ in range(ROUNDS)]
    bench.note("  first page of a tab", listing, ROWS)


def _compare_forms(bench: Bench, full: Any, empty: Any, name: str) -> None:
    specification = _form_specification(full.env)
    # In turn, since what else the machine does in some milliseconds is more than the difference.
    pairs = [
        [bench.time(partial(one.web_read, specification)) for one in (full, empty)]
        for _ in range(OPENINGS_OF_A_FORM)
    ]
    of_full, of_empty = (list(seconds) for seconds in zip(*pairs, strict=True))
    row = bench.note(name, of_full)
    ratio(row, bench.note("  floor: nobody on it", of_empty))


def _form_specification(env: Any) -> dict[str, Any]:
    campaigns = env["utm.campaign"]
    names = campaigns.get_view(view_type="form")["models"]["utm.campaign"]
    known = [campaigns._fields[name] for name in names if name in campaigns._fields]
    return {field.name: {} for field in known if campaigns._has_field_access(field, "read")}


def _first_page(campaign: Any) -> None:
    campaign.env["campaign.master.recipient"].web_search_read(
        [("campaign_id", "=", campaign.id), ("kind", "=", "contact")],
        {"display_name": {}, "email": {}, "state": {}, "state_message": {}, "total_opens": {}},
        limit=80,
        count_limit=10001,
    )


def _memory() -> str:
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def main(env: Any) -> None:
    """Measure everything and write the result as JSON."""
    with SandboxProcess(hourly_limit=10**8, monthly_limit=10**8) as sandbox:
        bench = Bench(env, sandbox)
        steps = (add_recipients, push_recipients, recipient_statistics)
        for measurement in (
            *((life_of_a_campaign,) if ROWS >= LARGE else steps),
            open_form,
            idle_minute,
            screens_of_the_menus,
            servers.one_and_two,
        ):
            if ONLY == [""] or measurement.__name__ in ONLY:
                measurement(bench)
    figures = {
        "machine": _machine(),
        "peak memory": _memory(),
        "rows": ROWS,
        "measurements": bench.rows,
    }
    Path(os.environ["BENCH_RESULT"]).write_text(json.dumps(figures, indent=1), encoding="utf-8")


def _machine() -> str:
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load of the machine {load}"
    )
