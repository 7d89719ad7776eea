"""Everything that one running sandbox consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import demo_data
from .clock import Clock
from .contract import DEFAULT_PATH, Contract
from .database import Database
from .faults import Faults
from .oddities.catalogue import Oddities
from .store import accounts
from .store.accounts import Limits
from .store.recipients import Bookmarks


@dataclass(frozen=True)
class Setup:
    """How a sandbox begins, and what a reset brings back.

    `database` is a file or `memory`; `logins` are user names with passwords, one account each;
    `dialect` is how it speaks, empty for the contract to the letter.
    """

    database: str = "memory"
    contract: Path = DEFAULT_PATH
    dialect: str = ""
    seed: int = 1
    empty: bool = False
    any_sender: bool = False
    limits: Limits = field(default_factory=Limits)
    logins: tuple[tuple[str, str], ...] = (("demo", "demo"),)


class Sandbox:
    """The contract, the stored state, the clock, faults and oddities. Raises UsageError."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.seed = setup.seed
        self.contract = Contract(setup.contract)
        self.database = Database(setup.database)
        self.clock = Clock(self.database)
        self.faults = Faults(setup.seed)
        self.oddities = Oddities(setup.seed)
        self.bookmarks = Bookmarks()
        self._speak()
        if not accounts.all_accounts(self.database):
            self._fill(empty=setup.empty)

    def reset(self, *, empty: bool | None = None, seed: int | None = None) -> None:
        """Back to the beginning: accounts and dialect of the start, the clock set right."""
        self.seed = self.setup.seed if seed is None else seed
        with self.database.transaction():
            self.database.clear()
            self.clock.reset()
            self._fill(empty=self.setup.empty if empty is None else empty)
        self.faults.clear(self.seed)
        self.oddities.clear(self.seed)
        self._speak()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _speak(self) -> None:
        if self.setup.dialect:
            self.oddities.speak(self.setup.dialect)

    def _fill(self, *, empty: bool) -> None:
        with self.database.transaction():
            for username, password in self.setup.logins:
                account_id = accounts.create(
                    self.database,
                    username,
                    password,
                    self.setup.limits,
                    any_sender=self.setup.any_sender,
                )
                if not empty:
                    demo_data.fill(self.database, account_id, self.clock.now())
