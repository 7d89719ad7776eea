"""`python -m campaign_master_api check ADDRESS --username NAME`: the API check as a program."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .address import DEFAULT_API_VERSION
from .check import ApiCheck
from .check_keys import corrected
from .check_report import CheckReport
from .client import CampaignMasterClient
from .contract import Contract, current, load
from .contract_file import ContractError
from .errors import CampaignMasterError
from .types import Credentials

PASSWORD = "CAMPAIGN_MASTER_PASSWORD"
CLIENT_SECRET = "CAMPAIGN_MASTER_CLIENT_SECRET"
COMPLETE, DIFFERS, UNUSABLE = 0, 1, 2


class NoPassword(Exception):
    """Nobody can be asked for the password."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 all is there, 1 something differs or failed, 2 it could not begin."""
    options = _parser().parse_args(arguments)
    if options.write and not (options.list and options.test_address):
        sys.stderr.write("--write needs --list and --test-address.\n")
        return UNUSABLE
    try:
        contract = load(options.contract) if options.contract else current()
        return _check(options, contract)
    except (CampaignMasterError, ContractError, NoPassword, OSError) as error:
        sys.stderr.write(f"{error}\n")
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("Ended before all was looked at.\n")
    return UNUSABLE


def _check(options: argparse.Namespace, contract: Contract) -> int:
    credentials = Credentials(
        options.username,
        _password(),
        options.client_id,
        os.environ.get(CLIENT_SECRET, ""),
    )
    version = options.api_version
    client = CampaignMasterClient(
        options.address, credentials, api_version=version, contract=contract
    )
    with client:
        check = ApiCheck(client, version, shows_all_keys=options.all_keys)
        check.check_reading()
        if options.write:
            check.check_writing(options.list, options.test_address, options.sender)
    report = check.report()
    sys.stdout.write(str(report))
    if options.corrected:
        _write_corrected(Path(options.corrected), contract, report)
    if check.failure:
        # For who sits here, and no part of the report.
        sys.stderr.write(f"{check.failure}\n")
    return COMPLETE if report.is_complete else DIFFERS


def _password() -> str:
    if password := os.environ.get(PASSWORD):
        return password
    try:
        password = getpass.getpass("Password: ")
    except EOFError:
        password = ""
    if not password:
        raise NoPassword(f"There is no password: set {PASSWORD}, or start this in a terminal.")
    return password


def _write_corrected(file: Path, contract: Contract, report: CheckReport) -> None:
    if not report.corrections:
        sys.stderr.write(f"Nothing was corrected, so {file} was not written.\n")
        return
    file.write_text(corrected(contract, report.corrections), "utf-8")
    if report.unloadable:
        sys.stderr.write(f"{file} is still refused as a contract, as told above.\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m campaign_master_api",
        description="Checks what Campaign Master answers against the contract.",
    )
    commands = parser.add_subparsers(required=True, metavar="check")
    check = commands.add_parser(
        "check",
        help="log in, call each reading operation once, and say what differs",
        epilog=f"The password is taken from {PASSWORD} or asked for, the client secret from "
        f"{CLIENT_SECRET}. The report has no value of anybody and may be sent on.",
    )
    check.add_argument("address", help="the API address, such as https://api.example.com")
    check.add_argument("--username", required=True, help="of the Campaign Master login")
    check.add_argument("--api-version", default=DEFAULT_API_VERSION, metavar="VERSION")
    check.add_argument("--client-id", default="", metavar="ID", help="if one was issued")
    check.add_argument("--contract", metavar="FILE", help="a corrected copy of the contract")
    check.add_argument(
        "--all-keys",
        action="store_true",
        help="show unknown keys that may be somebody's too, and a refusal's words; "
        "look at the report before you send it",
    )
    check.add_argument(
        "--corrected", metavar="FILE", help="write the contract with the corrected lines there"
    )
    check.add_argument(
        "--write",
        action="store_true",
        help="also make a draft campaign and add the test address to the list",
    )
    check.add_argument("--list", metavar="ID", help="of the list for --write")
    check.add_argument("--test-address", metavar="ADDRESS", help="your own, for --write")
    check.add_argument(
        "--sender",
        default="",
        metavar="ADDRESS",
        help="one that is registered with Campaign Master, for --write; else the newest campaign's",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
