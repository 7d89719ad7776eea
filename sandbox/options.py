"""The command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .contract import CONTRACT_VARIABLE, DEFAULT_PATH
from .errors import UsageError
from .guard import is_loopback
from .oddities.catalogue import DIALECTS
from .state import Setup
from .store.accounts import Limits


@dataclass(frozen=True)
class Options:
    """Where to listen, and what to serve there."""

    host: str
    port: int
    allow_remote: bool
    stop_at_end_of_input: bool
    setup: Setup


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line. Raises UsageError; exits by itself for --help and wrong options."""
    given = _parser().parse_args(arguments)
    if not given.allow_remote and not is_loopback(given.host):
        raise UsageError(
            f"{given.host} can be reached from elsewhere; add --allow-remote if that is meant."
        )
    return Options(
        host=given.host,
        port=given.port,
        allow_remote=given.allow_remote,
        stop_at_end_of_input=given.stop_at_end_of_input,
        setup=Setup(
            database=given.database,
            contract=given.contract,
            dialect=given.dialect or "",
            seed=given.seed,
            empty=given.empty,
            any_sender=given.any_sender,
            limits=Limits(given.hourly_limit, given.monthly_limit, given.token_minutes),
            logins=_logins(given.username, given.password),
        ),
    )


def _logins(
    usernames: list[str] | None, passwords: list[str] | None
) -> tuple[tuple[str, str], ...]:
    names, words = usernames or ["demo"], passwords or ["demo"]
    if len(names) != len(words):
        raise UsageError("Give as many --password as --username, in the same order.")
    if len(set(names)) != len(names):
        raise UsageError("Each --username can be given once.")
    return tuple(zip(names, words, strict=True))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A stand-alone Campaign Master for demos and tests.",
        allow_abbrev=False,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8025, help="0 takes any free one (%(default)s)"
    )
    parser.add_argument("--allow-remote", action="store_true", help="listen beyond this computer")
    parser.add_argument(
        "--database", default="memory", metavar="FILE", help="a file, or memory (%(default)s)"
    )
    parser.add_argument(
        "--contract",
        type=Path,
        default=os.environ.get(CONTRACT_VARIABLE) or DEFAULT_PATH,
        metavar="FILE",
        help=f"the OpenAPI file, else that of {CONTRACT_VARIABLE}, else the project's",
    )
    parser.add_argument(
        "--dialect", choices=DIALECTS, help="speak otherwise than the contract, on purpose"
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything random (%(default)s)")
    _add_account_options(parser)
    parser.add_argument(
        "--stop-at-end-of-input",
        action="store_true",
        help="end when standard input does, as when the starting program dies",
    )
    return parser


def _add_account_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--empty", action="store_true", help="no demo lists and templates")
    parser.add_argument("--any-sender", action="store_true", help="every sender is registered")
    parser.add_argument("--token-minutes", type=_positive, default=480.0, help="(%(default)s)")
    parser.add_argument("--hourly-limit", type=_whole, default=5_000, help="(%(default)s)")
    parser.add_argument("--monthly-limit", type=_whole, default=50_000, help="(%(default)s)")
    parser.add_argument("--username", action="append", help="one account each (demo)")
    parser.add_argument("--password", action="append", help="in the order of --username (demo)")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e7:
        raise argparse.ArgumentTypeError("must be above 0")
    return number
