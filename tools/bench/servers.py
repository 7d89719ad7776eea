"""How much faster two Odoo servers push than one while Campaign Master is slow to answer."""

import time
from typing import Any

from tools import odoo_process, places
from tools.processes import Processes, free_port

from . import floors

CAMPAIGNS = 4
BATCHES = 5
SECONDS_OF_A_CALL = 1.0
SECONDS_TO_START = 120
SECONDS_AT_MOST = 300


def one_and_two(bench: Any) -> None:
    """The same campaigns by the schedules of one server, then of two over one PostgreSQL."""
    _only_our_schedules(bench.env)
    bench.sandbox.control.set_fault(
        "latency", operation="addListRecipients", seconds=SECONDS_OF_A_CALL
    )
    people = CAMPAIGNS * BATCHES * floors.BATCH
    seconds = {}
    for count in (1, 2):
        campaigns = _waiting_campaigns(bench, f"Servers {count}")
        seconds[count] = _seconds_of(bench.env, campaigns, count)
        for campaign in campaigns:
            floors.forget_recipients(bench.env, campaign)
    bench.sandbox.control.clear_faults()
    bench.note("One server, answers after 1 s", [seconds[1]], people)
    row = bench.note("Two servers, answers after 1 s", [seconds[2]], people)
    row["notes"] = [f"{seconds[1] / seconds[2]:.2f} times as fast as one"]


def _only_our_schedules(env: Any) -> None:
    names = env["ir.model.data"].search(
        [("model", "=", "ir.cron"), ("module", "=", "campaign_master_connector")]
    )
    env["ir.cron"].search([("id", "not in", names.mapped("res_id"))]).active = False
    # What was made new is due at once: these come when they are called.
    env.cr.execute("UPDATE ir_cron SET nextcall = nextcall + INTERVAL '1 year'")
    env.cr.commit()


def _waiting_campaigns(bench: Any, title: str) -> Any:
    model, domain = floors.PEOPLE
    people = bench.env[model].search(domain, limit=BATCHES * floors.BATCH, order="id")
    campaigns = bench.env["utm.campaign"]
    for number in range(CAMPAIGNS):
        campaign = bench.campaign(f"{title}, {number}")
        campaign.action_cm_sync()
        campaign.cm_paused = True
        campaign.cm_add_people(model, [("id", "in", people.ids)])
        campaigns |= campaign
    bench.env.cr.commit()
    return campaigns


def _seconds_of(env: Any, campaigns: Any, count: int) -> float:
    with Processes() as processes:
        for number in range(count):
            _start(processes, f"Odoo {number + 1}")
        started = time.perf_counter()
        campaigns.action_cm_resume()
        env.cr.commit()
        while _has_pending(env, campaigns):
            if time.perf_counter() - started > SECONDS_AT_MOST:
                raise AssertionError(f"{count} servers didn't push within {SECONDS_AT_MOST} s")
            time.sleep(0.1)
        return time.perf_counter() - started


def _start(processes: Processes, name: str) -> None:
    port = free_port()
    options = [f"--http-port={port}", "--workers=0", "--max-cron-threads=1"]
    command = odoo_process.command(places.cache() / "bench.conf", *options)
    log = places.logs() / f"bench-{name.lower().replace(' ', '-')}.log"
    processes.start(name, command, log)
    processes.wait_for(name, f"http://127.0.0.1:{port}/web/login", SECONDS_TO_START)


def _has_pending(env: Any, campaigns: Any) -> bool:
    env.cr.commit()
    env.cr.execute(
        "SELECT EXISTS (SELECT FROM campaign_master_recipient"
        " WHERE campaign_id = ANY(%s) AND state = 'pending')",
        [campaigns.ids],
    )
    return bool(env.cr.fetchone()[0])
