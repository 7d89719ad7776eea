"""Odoo, the sandbox and PostgreSQL, each of which can be killed and comes back."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from odoo_server import OdooServer

from sandbox.testing import SandboxProcess
from tools import postgres


@dataclass
class World:
    """All that takes part in a sync; ``data_folder`` is PostgreSQL's."""

    odoo: OdooServer
    sandbox: SandboxProcess
    database_server: postgres.Server
    data_folder: Path


def kill_odoo(world: World, chance: random.Random) -> None:
    """All its processes, as a loss of power would."""
    world.odoo.kill()
    world.odoo.start()


def kill_worker(world: World, chance: random.Random) -> None:
    """One of its processes; Odoo starts another by itself."""
    with suppress(psutil.NoSuchProcess):
        os.kill(chance.choice(world.odoo.pids()[1:]), signal.SIGKILL)


def kill_sandbox(world: World, chance: random.Random) -> None:
    """Campaign Master itself, in the middle of whatever it does."""
    world.sandbox.kill()
    world.sandbox.start()


def cut_connections(world: World, chance: random.Random) -> None:
    """Every connection of Odoo with its database."""
    with world.database_server.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [world.odoo.database],
        )


def crash_postgresql(world: World, chance: random.Random) -> None:
    """All processes of PostgreSQL; at its start it recovers from its log."""
    postgres.crash(world.data_folder)


Disruption = Callable[[World, random.Random], None]
DISRUPTIONS: dict[str, Disruption] = {
    "Odoo": kill_odoo,
    "one worker of Odoo": kill_worker,
    "the sandbox": kill_sandbox,
    "all connections": cut_connections,
    "PostgreSQL": crash_postgresql,
}
