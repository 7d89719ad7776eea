"""A round: a sync of several campaigns, broken off at a random moment, and what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from odoo_session import OdooFault
from soak_world import DISRUPTIONS, World
from steps import (
    LET_AN_HOUR_PASS,
    campaign_values,
    first_id,
    make_contacts,
    run_schedule,
    wait_until,
)

CAMPAIGNS = 3
PEOPLE = 1200  # of each campaign: two batches
SECONDS_OF_A_CALL = 0.15  # so that many a moment is in the middle of one
SECONDS_TO_RECOVER = 90


@dataclass(frozen=True)
class Plan:
    """What is killed when: ``part`` of an undisturbed sync's time, 0 to 1, after the click."""

    number: int
    kind: str
    part: float
    seed: int


@dataclass
class Course:
    """How a round went: it was broken off after ``moment`` seconds and ``calls`` answers."""

    plan: Plan
    moment: float = 0.0
    calls: int = 0
    clicked_again: bool = False
    odoo_had_ended: bool = False
    seconds: float = 0.0
    end_state: str = ""


def plans(seed: int, rounds: int) -> list[Plan]:
    """Each kind about as often as the others, in an order and at moments that the seed decides."""
    chance = random.Random(seed)
    kinds: list[str] = []
    while len(kinds) < rounds:
        kinds += chance.sample(list(DISRUPTIONS), len(DISRUPTIONS))
    return [
        Plan(number, kind, chance.random(), chance.getrandbits(32))
        for number, kind in enumerate(kinds[:rounds], 1)
    ]


class Campaigns:
    """The campaigns of one round, ready to be synced, each with a list of its own."""

    def __init__(self, world: World, title: str, people: list[int]) -> None:
        self._world = world
        self.titles = [f"{title}, {number}" for number in range(1, CAMPAIGNS + 1)]
        # Faults end with the sandbox's process, so they are switched on for each round.
        world.sandbox.control.clear_faults()
        world.sandbox.control.set_fault("latency", seconds=SECONDS_OF_A_CALL)
        self._lists = {name: world.sandbox.control.create_list(name) for name in self.titles}
        admin = world.odoo.admin
        accounts = admin.call("campaign.master.account", "search", [])
        admin.call(
            "campaign.master.account", "write", accounts, {"password": world.sandbox.password}
        )
        admin.call("campaign.master.list", "name_search", "")
        values = [self._values(name) for name in self.titles]
        self.ids: list[int] = admin.call("utm.campaign", "create", values)
        for campaign_id in self.ids:
            domain = [("id", "in", people)]
            admin.call("utm.campaign", "cm_add_people", [campaign_id], "res.partner", domain)

    def _values(self, title: str) -> dict[str, Any]:
        admin = self._world.odoo.admin
        list_id = first_id(admin, "campaign.master.list", [("name", "=", title)])
        return campaign_values(title, list_id, first_id(admin, "campaign.master.template", []))

    def is_requested(self) -> bool:
        """Whether the click got as far as telling the schedule of its wish."""
        found = self._read("cm_sync_requested", "cm_external_id")
        return all(one["cm_sync_requested"] or one["cm_external_id"] for one in found)

    def is_through(self) -> bool:
        """Whether nothing is left to do."""
        found = self._read("cm_external_id", "cm_sync_error", "cm_sync_requested")
        return not self._states()["pending"] and all(
            one["cm_external_id"] and not one["cm_sync_error"] and not one["cm_sync_requested"]
            for one in found
        )

    def let_time_pass(self) -> None:
        """Whose next attempt is to come gets it now."""
        with self._world.odoo.cursor() as cursor:
            cursor.execute(LET_AN_HOUR_PASS)

    def end_state(self) -> dict[str, Any]:
        """What is in both systems: the same after each round, whatever was killed."""
        control = self._world.sandbox.control
        found = self._read("cm_reference", "cm_external_id", "cm_state", "cm_in_flight_last_id")
        there = control.campaigns()
        return {
            "campaigns there": [
                [one["externalId"] for one in there if one["subject"] == title]
                == [campaign["cm_reference"]]
                for title, campaign in zip(self.titles, found, strict=True)
            ],
            "known here": [
                [campaign["cm_external_id"]]
                == [one["id"] for one in there if one["externalId"] == campaign["cm_reference"]]
                for campaign in found
            ],
            "on the lists": [len(control.emails_on_list(one)) for one in self._lists.values()],
            "states here": [campaign["cm_state"] for campaign in found],
            "recipients here": dict(self._states()),
            "in flight": [campaign["cm_in_flight_last_id"] for campaign in found],
        }

    def _read(self, *fields: str) -> list[dict[str, Any]]:
        found = self._world.odoo.admin.call("utm.campaign", "read", self.ids, list(fields))
        return sorted(found, key=lambda one: self.ids.index(one["id"]))

    def _states(self) -> Counter[str]:
        domain = [("campaign_id", "in", self.ids)]
        rows = self._world.odoo.admin.call(
            "campaign.master.recipient", "formatted_read_group", domain, ["state"], ["__count"]
        )
        return Counter({row["state"]: row["__count"] for row in rows})


UNDISTURBED = {
    "campaigns there": [True] * CAMPAIGNS,
    "known here": [True] * CAMPAIGNS,
    "on the lists": [PEOPLE] * CAMPAIGNS,
    "states here": ["draft"] * CAMPAIGNS,
    "recipients here": {"added": CAMPAIGNS * PEOPLE},
    "in flight": [0] * CAMPAIGNS,
}


def make_people(world: World) -> list[int]:
    """Contacts that are on all campaigns."""
    return make_contacts(world.odoo.admin, "person", PEOPLE)


def seconds_of_a_sync(world: World, people: list[int]) -> float:
    """How long it takes when nothing is killed."""
    campaigns = Campaigns(world, "Undisturbed", people)
    began = time.monotonic()
    _click(world, campaigns.ids)
    assert wait_until(lambda: _went_on(world, campaigns, Course(Plan(0, "", 0, 0))), 60, pause=0.05)
    seconds = time.monotonic() - began
    assert campaigns.end_state() == UNDISTURBED
    return seconds


def play(world: World, plan: Plan, people: list[int], seconds: float) -> Course:
    """Sync, kill at the moment of the plan, and let the schedules go on."""
    campaigns = Campaigns(world, f"Round {plan.number} of {plan.seed}", people)
    course = Course(plan, plan.part * seconds)
    control = world.sandbox.control
    control.clear_calls()
    click = threading.Thread(target=_click, args=(world, campaigns.ids), daemon=True)
    click.start()
    time.sleep(course.moment)
    course.calls = sum(control.call_counts().values())
    began = time.monotonic()
    DISRUPTIONS[plan.kind](world, random.Random(plan.seed))
    click.join(SECONDS_TO_RECOVER)
    wait_until(lambda: _went_on(world, campaigns, course), SECONDS_TO_RECOVER)
    course.seconds = time.monotonic() - began
    found = campaigns.end_state()
    differences = [name for name, value in UNDISTURBED.items() if found[name] != value]
    course.end_state = "; ".join(f"{name}: {found[name]}" for name in differences) or "undisturbed"
    return course


def _click(world: World, campaign_ids: list[int]) -> None:
    with suppress(requests.RequestException, OdooFault):
        world.odoo.admin.call("utm.campaign", "action_cm_sync", campaign_ids)


def _went_on(world: World, campaigns: Campaigns, course: Course) -> bool:
    """The schedules only; who was cut off before the server knew of the wish clicks again."""
    course.odoo_had_ended |= world.odoo.ensure_it_runs()
    try:
        if not campaigns.is_requested():
            course.clicked_again = True
            _click(world, campaigns.ids)
        campaigns.let_time_pass()
        run_schedule(world.odoo.admin)
        return campaigns.is_through()
    except (requests.RequestException, OdooFault):
        return False  # Odoo is about to come back, or its connections are


def printed(seed: int, courses: list[Course]) -> str:
    """A line for each round, and the sum."""
    lines = [f"Killed at random moments of a sync (seed {seed})", "", _HEADING, "-" * len(_HEADING)]
    lines += [line(course) for course in courses]
    kinds = Counter(course.plan.kind for course in courses)
    right = sum(course.end_state == "undisturbed" for course in courses)
    seconds = sorted(course.seconds for course in courses)
    if not courses:
        return "\n".join([*lines, "No round was played."])
    lines += [
        "",
        f"{right} of {len(courses)} rounds end as an undisturbed sync of {CAMPAIGNS} campaigns "
        f"with {PEOPLE:,} recipients each.",
        f"Killed: {', '.join(f'{kind} {count} times' for kind, count in sorted(kinds.items()))}.",
        f"Right again after {seconds[len(seconds) // 2]:.1f} s (median), "
        f"at most {seconds[-1]:.1f} s.",
    ]
    return "\n".join(lines)


_HEADING = f"{'round':>5}  {'killed':20}{'after':>7}{'calls':>7}{'right after':>13}  end state"


def line(course: Course) -> str:
    """One round in words."""
    plan = course.plan
    notes = ", clicked again" if course.clicked_again else ""
    notes += ", Odoo had ended and was started again" if course.odoo_had_ended else ""
    return (
        f"{plan.number:>5}  {plan.kind:20}{course.moment:>5.2f} s{course.calls:>7}"
        f"{course.seconds:>11.1f} s  {course.end_state}{notes}"
    )
