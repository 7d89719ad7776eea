"""What dies at each boundary of a sync: the schedules alone end where it had ended without it.

One kill hits many syncs at once, each of them held at another boundary.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from company_accounts import PASSWORD, Accounts, Owner
from odoo_server import OdooServer
from odoo_session import OdooFault
from steps import LET_AN_HOUR_PASS, RECIPIENTS_CRON, run_schedule, states_of_recipients, wait_until

from sandbox.testing import SandboxProcess

SECONDS_HELD = 5.0  # less than a click waits for an answer
SECONDS_UNTIL_HELD = 40
PEOPLE = 20
MORE_THAN_A_BATCH = 1005


@dataclass(frozen=True)
class Boundary:
    """Where a sync is held: before a call is carried out, or when it is and nobody knows yet."""

    operation: str
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    people: int = PEOPLE


BETWEEN = "between-two-batches"
BOUNDARIES = {
    "before-the-log-in": Boundary("authenticate", "latency"),
    "before-the-look-up": Boundary("listCampaigns", "latency"),
    "before-create": Boundary("createCampaign", "latency"),
    "after-create-before-the-commit": Boundary("createCampaign", "slow_drip"),
    "before-the-first-batch": Boundary("addListRecipients", "latency"),
    "after-a-batch-before-the-commit": Boundary("addListRecipients", "slow_drip"),
    # Held longer, since it begins before the others.
    BETWEEN: Boundary(
        "addListRecipients", "latency", {"skip": 1, "seconds": 10.0}, MORE_THAN_A_BATCH
    ),
}


@pytest.fixture(scope="module")
def accounts(threaded_odoo: OdooServer, sandbox: SandboxProcess) -> Accounts:
    """Contacts and what makes accounts."""
    return Accounts(threaded_odoo, sandbox, MORE_THAN_A_BATCH)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One that keeps what it has when it is killed."""
    database = tmp_path_factory.mktemp("sandbox") / "sandbox.db"
    with SandboxProcess(database=database, seed=7) as process:
        yield process


def kill_odoo(accounts: Accounts) -> None:
    """Campaign Master carries out what is under way, although nobody waits for it."""
    began = time.monotonic()
    accounts.odoo.kill()
    accounts.odoo.start()
    time.sleep(max(0.0, SECONDS_HELD - (time.monotonic() - began)))


def kill_both(accounts: Accounts) -> None:
    """What wasn't carried out yet never is."""
    accounts.odoo.kill()
    accounts.sandbox.kill()
    accounts.sandbox.start()
    accounts.odoo.start()


def cut_connections(accounts: Accounts) -> None:
    """Odoo gets its answers, but can't store them."""
    with accounts.odoo.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND pid <> pg_backend_pid()",
            [accounts.odoo.database],
        )
    time.sleep(SECONDS_HELD)


@pytest.mark.parametrize("die", [kill_odoo, kill_both, cut_connections])
def test_the_schedules_end_what_was_broken_off(
    accounts: Accounts, die: Callable[[Accounts], None]
) -> None:
    owners = _owners(accounts, die.__name__)
    threads = []
    for group in ([BETWEEN], [name for name in BOUNDARIES if name != BETWEEN]):
        threads += [_start(accounts, name, owners[name]) for name in group]
        assert wait_until(
            lambda group=group: _are_held(accounts, owners, group), SECONDS_UNTIL_HELD
        )

    die(accounts)

    for thread in threads:
        thread.join(30)
    accounts.sandbox.control.clear_faults()
    assert _ends(accounts, owners) == {name: "right" for name in BOUNDARIES}


def _owners(accounts: Accounts, way: str) -> dict[str, Owner]:
    """For each boundary a company whose sync is to be held there."""
    owners = accounts.make({f"{way} {name}": ["Letter"] for name in BOUNDARIES})
    for owner, boundary in zip(owners, BOUNDARIES.values(), strict=True):
        accounts.make_campaigns([(owner, "Letter")], boundary.people)
    accounts.call(
        "campaign.master.account",
        "write",
        [owner.account_id for owner in owners],
        {"password": PASSWORD},
    )
    for owner, boundary in zip(owners, BOUNDARIES.values(), strict=True):
        accounts.sandbox.control.set_fault(
            boundary.kind,
            boundary.operation,
            account=owner.username,
            **{"seconds": SECONDS_HELD, **boundary.fields},
        )
    return dict(zip(BOUNDARIES, owners, strict=True))


def _start(accounts: Accounts, name: str, owner: Owner) -> threading.Thread:
    thread = threading.Thread(target=_sync, args=(accounts, name, owner), daemon=True)
    thread.start()
    return thread


def _sync(accounts: Accounts, name: str, owner: Owner) -> None:
    """A click; and the schedule for what a click leaves to it."""
    context = {"allowed_company_ids": [owner.company_id]}
    with suppress(requests.RequestException, OdooFault):
        accounts.odoo.admin.call(
            "utm.campaign", "action_cm_sync", [owner.campaigns["Letter"]], context=context
        )
        if name == BETWEEN:
            run_schedule(accounts.odoo.admin)


def _are_held(accounts: Accounts, owners: dict[str, Owner], group: list[str]) -> bool:
    struck = {one["account"]: one["struck"] for one in accounts.sandbox.control.faults()}
    return all(struck[owners[name].username] for name in group)


def _ends(accounts: Accounts, owners: dict[str, Owner]) -> dict[str, str]:
    """What each boundary's sync has come to, after the schedules went on."""

    def all_right() -> bool:
        with accounts.odoo.cursor() as cursor:
            cursor.execute(LET_AN_HOUR_PASS)
        with suppress(requests.RequestException, OdooFault):
            run_schedule(accounts.odoo.admin, RECIPIENTS_CRON)
        return set(states().values()) == {"right"}

    def states() -> dict[str, str]:
        return {
            name: _state(accounts, owners[name], boundary.people)
            for name, boundary in BOUNDARIES.items()
        }

    wait_until(all_right, 30)
    return states()


def _state(accounts: Accounts, owner: Owner, people: int) -> str:
    """`right`, or what isn't."""
    campaign_id = owner.campaigns["Letter"]
    names = ("cm_reference", "cm_external_id", "cm_sync_error", "cm_in_flight_last_id")
    campaign = accounts.read("utm.campaign", [campaign_id], *names)[campaign_id]
    control = accounts.sandbox.control
    there = {str(one["id"]): one["externalId"] for one in control.campaigns(owner.username)}
    found = {
        "there": there == {campaign["cm_external_id"]: campaign["cm_reference"]},
        "no problem": not campaign["cm_sync_error"],
        "nothing in flight": not campaign["cm_in_flight_last_id"],
        "on the list": len(control.emails_on_list(owner.list_ids["Letter"])) == people,
        "added": states_of_recipients(accounts, campaign_id) == ["added"] * people,
    }
    wrong = [name for name, is_right in found.items() if not is_right]
    return f"not {', not '.join(wrong)}: {campaign}" if wrong else "right"
