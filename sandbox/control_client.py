"""The control API of a running sandbox as methods; needs nothing but `requests`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

_SECONDS_PER_CALL = 300
Document = dict[str, Any]
Id = int | str  # a number, or as an oddity wrote it


class ControlError(Exception):
    """The sandbox refused something; the message says why."""


class Control:
    """The control API of a running sandbox; each method raises ControlError when refused.

    `account` is a user name; without it the first account is meant.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/control"
        self._session = requests.Session()
        self._session.trust_env = False

    # The sandbox as a whole

    def reset(self, *, empty: bool | None = None, seed: int | None = None) -> None:
        """Back to how it was started; `empty` and `seed` override what it was started with."""
        self._call("POST", "/reset", empty=empty, seed=seed)

    def state(self, *, recipients: bool = False) -> Document:
        """Everything: clock, accounts with lists, templates, campaigns, faults, call counts."""
        return self._call("GET", f"/state?recipients={int(recipients)}")

    def account_state(self, account: str | None = None, *, recipients: bool = False) -> Document:
        """The part of `state` that is about one account."""
        accounts: list[Document] = self.state(recipients=recipients)["accounts"]
        return next(item for item in accounts if account in (None, item["username"]))

    def advance_clock(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> str:
        """Put the clock forward; the new time in ISO 8601. Due events happen at once."""
        total = seconds + 60 * minutes + 3600 * hours + 86400 * days
        now: str = self._call("POST", "/clock", advance_seconds=total)["now"]
        return now

    def freeze_clock(self, frozen: bool = True) -> str:
        """Stop the clock, so that only `advance_clock` moves it, or let it run on."""
        now: str = self._call("POST", "/clock", frozen=frozen)["now"]
        return now

    # Accounts

    def create_account(self, username: str, password: str, **fields: Any) -> None:
        """Another account, empty. Also: `client_id`, `client_secret`, `any_sender`."""
        self._call("POST", "/accounts", username=username, password=password, **fields)

    def delete_account(self, username: str) -> None:
        """Remove an account and all that it has."""
        self._call("DELETE", f"/accounts/{_quoted(username)}")

    def change_password(self, password: str, account: str | None = None) -> None:
        """A new password; tokens given out before stay valid (see `expire_tokens`)."""
        self._call("POST", "/accounts/password", password=password, account=account)

    def expire_tokens(self, account: str | None = None) -> int:
        """End all tokens of an account; how many there were."""
        expired: int = self._call("POST", "/tokens/expire", account=account)["expired"]
        return expired

    def set_limits(self, account: str | None = None, **limits: float) -> Document:
        """Change `hourly_limit`, `monthly_limit`, `token_minutes` (of new tokens),
        `calls_this_hour`, `calls_this_month`; all of them as they are now."""
        return self._call("POST", "/limits", account=account, **limits)

    # Lists, templates, senders

    def create_list(
        self, name: str, emails: list[str] | None = None, account: str | None = None
    ) -> int:
        """A new list, with these addresses on it; its id."""
        list_id: int = self._call("POST", "/lists", name=name, account=account)["id"]
        if emails:
            self.add_to_list(list_id, emails)
        return list_id

    def rename_list(self, list_id: Id, name: str) -> None:
        """Give a list another name."""
        self._call("PUT", f"/lists/{list_id}", name=name)

    def delete_list(self, list_id: Id) -> None:
        """Remove a list with its recipients."""
        self._call("DELETE", f"/lists/{list_id}")

    def emails_on_list(self, list_id: Id) -> list[str]:
        """All addresses of a list, in ascending order."""
        return [recipient["email"] for recipient in self.list_recipients(list_id)]

    def list_recipients(self, list_id: Id) -> list[Document]:
        """`email`, `fields` and `added_at` of everybody on a list."""
        found: list[Document] = self._call("GET", f"/lists/{list_id}/recipients")["recipients"]
        return found

    def add_to_list(self, list_id: Id, emails: list[str]) -> list[Document]:
        """Add addresses; what became of each, as addListRecipients answers it."""
        results: list[Document] = self._call("POST", f"/lists/{list_id}/recipients", emails=emails)[
            "results"
        ]
        return results

    def remove_from_list(self, list_id: Id, emails: list[str]) -> int:
        """Take addresses off one list, as when somebody leaves it; how many were on it."""
        removed: int = self._call("DELETE", f"/lists/{list_id}/recipients", emails=emails)[
            "removed"
        ]
        return removed

    def populate_list(self, list_id: Id, count: int) -> None:
        """Put person-0000001@example.com up to that number on a list."""
        self._call("POST", f"/lists/{list_id}/populate", count=count)

    def create_template(
        self, name: str, subject: str = "", html: str = "", account: str | None = None
    ) -> int:
        """A new template; its id."""
        template_id: int = self._call(
            "POST", "/templates", name=name, subject=subject, html=html, account=account
        )["id"]
        return template_id

    def update_template(self, template_id: Id, **fields: str) -> None:
        """Change `name`, `subject` or `html` of a template."""
        self._call("PUT", f"/templates/{template_id}", **fields)

    def delete_template(self, template_id: Id) -> None:
        """Remove a template."""
        self._call("DELETE", f"/templates/{template_id}")

    def register_sender(self, email: str, account: str | None = None) -> None:
        """Register a sender address, or a whole domain as `@example.com`."""
        self._call("POST", "/senders", email=email, account=account)

    def remove_sender(self, email: str, account: str | None = None) -> None:
        """Remove a registered address or `@domain`."""
        self._call("DELETE", f"/senders/{_quoted(email)}{_for_account(account)}")

    # Who may not be mailed

    def suppress(self, emails: list[str], account: str | None = None) -> None:
        """As if they had unsubscribed: off all lists, and `unsubscribed` when added again."""
        self._call("POST", "/suppressions", emails=emails, account=account)

    def lift_suppression(self, email: str, account: str | None = None) -> None:
        """As if the person had subscribed anew."""
        self._call("DELETE", f"/suppressions/{_quoted(email)}{_for_account(account)}")

    def refuse(self, email: str, message: str = "", account: str | None = None) -> None:
        """Answer `invalid` with this message for an address, or for a domain as `@domain`."""
        self._call("POST", "/refusals", email=email, message=message, account=account)

    def accept_all(self, account: str | None = None) -> None:
        """Refuse nobody any more but malformed addresses."""
        self._call("DELETE", f"/refusals{_for_account(account)}")

    # Campaigns

    def campaign(self, campaign_id: Id) -> Document:
        """The campaign as the API gives it, with `statistics`, `list_name` and `seed`."""
        return self._call("GET", f"/campaigns/{campaign_id}")

    def campaigns(self, account: str | None = None) -> list[Document]:
        """All campaigns of an account with their `statistics`."""
        found: list[Document] = self.account_state(account)["campaigns"]
        return found

    def delete_campaign(self, campaign_id: Id) -> None:
        """Remove a campaign with all that became of it."""
        self._call("DELETE", f"/campaigns/{campaign_id}")

    def campaign_recipients(self, campaign_id: Id) -> list[Document]:
        """Everybody that the campaign has been sent to, as listCampaignRecipients gives them."""
        found: list[Document] = self._call("GET", f"/campaigns/{campaign_id}/recipients")[
            "recipients"
        ]
        return found

    def launch(
        self,
        campaign_id: Id,
        list_id: Id,
        *,
        speed: float | None = None,
        seed: int | None = None,
        rates: dict[str, float] | None = None,
    ) -> Document:
        """Send a draft to a list.

        `speed`: seconds of the campaign's life per second of the clock, 1 for real time, None for
        at once (as if it had been sent three days ago). `rates`: shares of `hard_bounce`,
        `soft_bounce`, `open`, `click`, `forward`, `unsubscribe`, 0 to 1.
        """
        return self._call(
            "POST", f"/campaigns/{campaign_id}/launch",
            list_id=list_id, speed=speed, seed=seed, rates=rates,
        )  # fmt: skip

    def populate_campaign(self, campaign_id: Id, count: int, **order: Any) -> Document:
        """Send a draft to that many made-up people at once; `order` as in `launch`."""
        return self._call("POST", f"/campaigns/{campaign_id}/populate", count=count, **order)

    # Faults, oddities and calls

    def set_fault(self, kind: str, operation: str = "*", **fields: Any) -> int:
        """Switch a fault on; its id. The README lists kinds and fields."""
        fault_id: int = self._call("POST", "/faults", kind=kind, operation=operation, **fields)[
            "id"
        ]
        return fault_id

    def faults(self) -> list[Document]:
        """The faults that are on, each with how often it `struck`."""
        found: list[Document] = self._call("GET", "/faults")["faults"]
        return found

    def remove_fault(self, fault_id: int) -> int:
        """Switch one fault off; how often it struck."""
        struck: int = self._call("DELETE", f"/faults/{fault_id}")["struck"]
        return struck

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._call("DELETE", "/faults")

    def set_oddity(self, kind: str, operation: str = "*", **fields: Any) -> int:
        """Switch an oddity on; its id. The README lists kinds and fields."""
        oddity_id: int = self._call("POST", "/oddities", kind=kind, operation=operation, **fields)[
            "id"
        ]
        return oddity_id

    def speak(self, dialect: str, account: str | None = None) -> list[int]:
        """Switch all oddities of a dialect on; their ids."""
        found = self._call("POST", "/dialect", name=dialect, account=account)["oddities"]
        return [oddity["id"] for oddity in found]

    def oddities(self) -> list[Document]:
        """The oddities that are on, each with how often it `struck`."""
        found: list[Document] = self._call("GET", "/oddities")["oddities"]
        return found

    def kinds_of_oddities(self) -> dict[str, str]:
        """All kinds of oddities with what they do."""
        found: dict[str, str] = self._call("GET", "/oddities")["kinds"]
        return found

    def remove_oddity(self, oddity_id: int) -> int:
        """Switch one oddity off; how often it struck."""
        struck: int = self._call("DELETE", f"/oddities/{oddity_id}")["struck"]
        return struck

    def clear_oddities(self) -> None:
        """Switch all oddities off."""
        self._call("DELETE", "/oddities")

    def calls(self, operation: str | None = None, limit: int = 1000) -> list[Document]:
        """The latest calls, oldest first; `items` is the number of recipients in the body."""
        chosen = f"&operation={operation}" if operation else ""
        found: list[Document] = self._call("GET", f"/calls?limit={limit}{chosen}")["calls"]
        return found[::-1]

    def call_counts(self) -> dict[str, int]:
        """How often each operation was called since the start, a reset or `clear_calls`."""
        counts = self._call("GET", "/calls?limit=0")["counts"]
        return {operation: count["calls"] for operation, count in counts.items()}

    def clear_calls(self) -> None:
        """Forget all calls and counts."""
        self._call("DELETE", "/calls")

    def _call(self, method: str, path: str, **fields: Any) -> Document:
        body = {name: value for name, value in fields.items() if value is not None}
        answer = self._session.request(
            method, f"{self._url}{path}", json=body, timeout=_SECONDS_PER_CALL
        )
        document: Document = answer.json()
        if answer.status_code != 200:
            raise ControlError(document.get("error", answer.text))
        return document


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _for_account(account: str | None) -> str:
    return f"?account={_quoted(account)}" if account else ""
