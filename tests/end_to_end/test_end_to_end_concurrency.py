"""The same campaign at once by several people, schedules and other transactions: one does it."""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import psycopg2
import pytest
from odoo_server import OdooServer
from steps import (
    add,
    assert_everybody_is_there_once,
    click_sync,
    make_campaign,
    make_contacts,
    make_list,
    run_schedule,
    sync,
    sync_again,
    wait_until,
)

from sandbox.testing import SandboxProcess
from tools import postgres

PEOPLE = 20
MANY = 1500
USERS = 4
SECONDS_HELD = 5.0
SECONDS_TO_BE_TOLD = 1.0
ATTEMPTS = 5  # of a write that collides
BUSY = "This campaign is being synced now. Please look again in a minute."
CLICK = re.compile(r"/utm\.campaign/action_cm_sync\S* HTTP/1\.1\" 200 - \d+ ([\d.]+) ([\d.]+)")


@pytest.fixture
def campaign_id(odoo: OdooServer, sandbox: SandboxProcess, account_id: int) -> int:
    """A campaign that is ready, with its people, on a fresh sandbox."""
    return ready_campaign(odoo, sandbox, PEOPLE)


def ready_campaign(odoo: OdooServer, sandbox: SandboxProcess, people: int) -> int:
    """A campaign with so many people on it, and nothing there but its list."""
    sandbox.control.reset()
    title = f"Together {time.monotonic_ns()}"
    ids = make_contacts(odoo.admin, title.replace(" ", "-").lower(), people)
    make_list(odoo.admin, sandbox, title)
    new_id = make_campaign(odoo.admin, title)
    add(odoo.admin, new_id, ids)
    return new_id


def test_four_people_and_the_schedule_at_once(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    sessions = [odoo.log_in() for _number in range(USERS)]
    sandbox.control.set_fault("latency", "createCampaign", seconds=SECONDS_HELD, count=1)
    before = len(CLICK.findall(odoo.log.read_text(encoding="utf-8")))

    with ThreadPoolExecutor(USERS + 1) as pool:
        clicks = [pool.submit(sync, session, campaign_id) for session in sessions]
        schedule = pool.submit(run_schedule, odoo.admin)
        said = Counter(click.result() for click in clicks)
        schedule.result()

    assert said.pop(BUSY) == USERS - 1
    [(done, times)] = said.items()
    assert f"{PEOPLE} added" in done and times == 1
    assert wait_until(lambda: len(clicks_in_log(odoo, before)) == USERS, 10)
    *told, worked = sorted(clicks_in_log(odoo, before))
    assert worked > SECONDS_HELD
    assert max(told) < SECONDS_TO_BE_TOLD
    sync_again(odoo, campaign_id)
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, PEOPLE)


def clicks_in_log(odoo: OdooServer, before: int) -> list[float]:
    """Seconds that the server took for each click, by its own measure; without the first ones."""
    found = CLICK.findall(odoo.log.read_text(encoding="utf-8"))[before:]
    return [float(in_database) + float(in_python) for in_database, in_python in found]


def test_people_and_schedules_never_send_the_same_recipient(
    odoo: OdooServer, sandbox: SandboxProcess, account_id: int
) -> None:
    campaign_id = ready_campaign(odoo, sandbox, MANY)
    sandbox.control.set_fault("latency", "addListRecipients", seconds=0.5)
    sandbox.control.clear_calls()
    sessions = [odoo.log_in() for _number in range(2)]

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(sync, session, campaign_id) for session in sessions]
        work += [pool.submit(run_schedule, session) for session in sessions]
        for one in work:
            one.result()

    sync_again(odoo, campaign_id)
    sent = [call["items"] for call in sandbox.control.calls("addListRecipients")]
    assert sum(sent) == MANY
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, MANY)


@pytest.mark.parametrize("most", [1, 30], ids=["once", "each-time"])
def test_a_concurrent_update_makes_no_second_campaign(
    odoo: OdooServer,
    database_server: postgres.Server,
    sandbox: SandboxProcess,
    campaign_id: int,
    most: int,
) -> None:
    sandbox.control.set_fault("latency", "createCampaign", seconds=1.0, count=1)
    sandbox.control.clear_calls()
    collisions = 0
    with ThreadPoolExecutor(1) as pool:
        click = pool.submit(click_sync, odoo, campaign_id)
        assert wait_until(lambda: not sandbox.control.faults(), 20, pause=0.05)
        while not click.done() and collisions < most:
            collisions += collide(odoo, database_server, campaign_id, click)
        said = click.result()

    assert collisions >= min(most, ATTEMPTS)
    assert most > 1 or f"{PEOPLE} added" in said, "one collision is nothing to bother anybody with"
    sync_again(odoo, campaign_id)
    assert sandbox.control.call_counts()["createCampaign"] == 1
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, PEOPLE)


def test_a_subject_that_is_changed_during_a_run_is_sent_after_it(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    sync_again(odoo, campaign_id)
    add(odoo.admin, campaign_id, make_contacts(odoo.admin, f"late-{campaign_id}", PEOPLE))
    sandbox.control.set_fault("latency", "addListRecipients", seconds=SECONDS_HELD, count=1)
    with ThreadPoolExecutor(1) as pool:
        schedule = pool.submit(run_schedule, odoo.admin)
        assert wait_until(lambda: not sandbox.control.faults(), 20, pause=0.05)
        session = odoo.log_in()
        session.call("utm.campaign", "write", [campaign_id], {"cm_subject": "Other words"})
        assert sync(session, campaign_id) == BUSY
        schedule.result()

    run_schedule(odoo.admin)
    campaign = odoo.admin.read("utm.campaign", campaign_id, "cm_external_id", "cm_sync_requested")
    assert sandbox.control.campaign(campaign["cm_external_id"])["subject"] == "Other words"
    assert campaign["cm_sync_requested"] is False
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, 2 * PEOPLE)


def collide(
    odoo: OdooServer, server: postgres.Server, campaign_id: int, click: Future[str]
) -> bool:
    """Change the campaign just while Odoo is about to store something of it; whether it was."""
    other = psycopg2.connect(**connection(server), dbname=odoo.database)
    try:
        with other.cursor() as cursor:
            cursor.execute("UPDATE utm_campaign SET color = 1 WHERE id = %s", [campaign_id])
            waits = partial(is_waited_for, odoo, other)
            wait_until(lambda: waits() or click.done(), 20, pause=0.02)
            collided = waits()
        other.commit()
        return collided
    finally:
        other.close()


def connection(server: postgres.Server) -> dict[str, object]:
    """What psycopg2 wants to know of a server."""
    return {
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password or None,
    }


def is_waited_for(odoo: OdooServer, holder: psycopg2.extensions.connection) -> bool:
    """Whether a connection of Odoo waits for a row that ``holder`` has locked."""
    with odoo.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))",
            [holder.get_backend_pid()],
        )
        [[count]] = cursor.fetchall()
    return bool(count)
