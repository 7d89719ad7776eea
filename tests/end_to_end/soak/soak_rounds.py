"""A round: work of the schedules, broken off at a random moment, and what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import requests
from odoo_session import OdooFault
from soak_world import DISRUPTIONS, World
from steps import LET_AN_HOUR_PASS, wait_until

CAMPAIGNS = 3
PEOPLE = 1200  # of each campaign: two batches, two pages
SECONDS_OF_A_CALL = 0.15  # so that many a moment is in the middle of one
SECONDS_UNDISTURBED = 60
SECONDS_TO_RECOVER = 90
CALLS_THAT_MUST_SUCCEED = 10  # one after the other, shared out among Odoo's workers


class Work(Protocol):
    """What is broken off, and goes on by itself. Calls of Odoo may fail in each method."""

    def begin(self) -> None:
        """What is under way when something dies."""

    def go_on(self) -> bool:
        """What the schedules do next; whether somebody had to begin again."""

    def is_through(self) -> bool:
        """Whether nothing is left to do."""

    def differences(self) -> str:
        """What is not in both systems as after undisturbed work; empty if all is."""


@dataclass(frozen=True)
class Plan:
    """What is killed when: ``part`` of the undisturbed work's time, 0 to 1, after it began."""

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
    began_again: bool = False
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


def seconds_undisturbed(world: World, work: Work) -> float:
    """How long ``work`` takes on this machine, now, when nothing is killed."""
    _slow_down(world)
    began = time.monotonic()
    work.begin()
    course = Course(Plan(0, "", 0, 0))
    assert wait_until(lambda: _is_through(world, work, course), SECONDS_UNDISTURBED, pause=0.05)
    seconds = time.monotonic() - began
    found = work.differences()
    assert not found, found
    return seconds


def play(world: World, plan: Plan, work: Work, seconds: float) -> Course:
    """Begin, kill at the moment of the plan, and let the schedules go on."""
    course = Course(plan, plan.part * seconds)
    _slow_down(world)
    control = world.sandbox.control
    control.clear_calls()
    under_way = threading.Thread(target=_begin, args=(work,), daemon=True)
    under_way.start()
    time.sleep(course.moment)
    course.calls = sum(control.call_counts().values())
    began = time.monotonic()
    DISRUPTIONS[plan.kind](world, random.Random(plan.seed))
    under_way.join(SECONDS_TO_RECOVER)
    wait_until(lambda: _went_on(world, work, course), SECONDS_TO_RECOVER)
    course.seconds = time.monotonic() - began
    settle(world)
    course.end_state = work.differences() or "undisturbed"
    return course


def settle(world: World) -> None:
    """Let each worker of Odoo notice that its connections are dead: it says so once for each."""
    good = 0
    for _call in range(10 * CALLS_THAT_MUST_SUCCEED):
        world.odoo.ensure_it_runs()
        try:
            world.odoo.admin.call("utm.campaign", "search", [], limit=1)
            good += 1
        except (requests.RequestException, OdooFault):
            good = 0
        if good == CALLS_THAT_MUST_SUCCEED:
            return
    raise AssertionError(f"Odoo doesn't answer.\n{world.odoo.end_of_log()}")


def _slow_down(world: World) -> None:
    """Faults end with the sandbox's process, so they are switched on for each round."""
    world.sandbox.control.clear_faults()
    world.sandbox.control.set_fault("latency", seconds=SECONDS_OF_A_CALL)


def _begin(work: Work) -> None:
    with suppress(requests.RequestException, OdooFault):
        work.begin()


def _is_through(world: World, work: Work, course: Course) -> bool:
    """After the schedules; whoever's next attempt is to come gets it now."""
    with world.odoo.cursor() as cursor:
        cursor.execute(LET_AN_HOUR_PASS)
    course.began_again |= work.go_on()
    return work.is_through()


def _went_on(world: World, work: Work, course: Course) -> bool:
    course.odoo_had_ended |= world.odoo.ensure_it_runs()
    try:
        return _is_through(world, work, course)
    except (requests.RequestException, OdooFault):
        return False  # Odoo is about to come back, or its connections are


def printed(what: str, seed: int, courses: list[Course]) -> str:
    """A line for each round, and the sum; ``what`` was under way."""
    title = f"Killed at random moments of {what} (seed {seed})"
    lines = [title, "", _HEADING, "-" * len(_HEADING), *map(line, courses)]
    if not courses:
        return "\n".join([*lines, "No round was played."])
    kinds = Counter(course.plan.kind for course in courses)
    right = sum(course.end_state == "undisturbed" for course in courses)
    seconds = sorted(course.seconds for course in courses)
    lines += [
        "",
        f"{right} of {len(courses)} rounds end as undisturbed, with {CAMPAIGNS} campaigns of "
        f"{PEOPLE:,} recipients each.",
        f"Killed: {', '.join(f'{kind} {count} times' for kind, count in sorted(kinds.items()))}.",
        f"Right again after {seconds[len(seconds) // 2]:.1f} s (median), "
        f"at most {seconds[-1]:.1f} s.",
    ]
    return "\n".join(lines)


_HEADING = f"{'round':>5}  {'killed':20}{'after':>7}{'calls':>7}{'right after':>13}  end state"


def line(course: Course) -> str:
    """One round in words."""
    plan = course.plan
    notes = ", begun again" if course.began_again else ""
    notes += ", Odoo had ended and was started again" if course.odoo_had_ended else ""
    return (
        f"{plan.number:>5}  {plan.kind:20}{course.moment:>5.2f} s{course.calls:>7}"
        f"{course.seconds:>11.1f} s  {course.end_state}{notes}"
    )
