"""One call, from its token to its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from ..clock import HOUR
from ..contract import Operation
from ..errors import ApiError, NotFound
from ..simulation.progress import catch_up
from ..state import Sandbox
from ..store import accounts, quota
from .answers import Answer, checked, error_answer
from .operations import OPERATIONS, Arguments, authenticate
from .requests import header_text, read_body, read_parameters

_logger = logging.getLogger("sandbox")


class Exchange:
    """Answers one call and remembers what is worth noting about it."""

    def __init__(
        self,
        sandbox: Sandbox,
        operation: Operation,
        request: Request,
        path: Mapping[str, str],
        reading: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    ) -> None:
        """`reading` is how an oddity reads the parameters of the call."""
        self._sandbox = sandbox
        self._operation = operation
        self._request = request
        self._path = path
        self._reading = reading
        self._headers: dict[str, str] = {}
        self.account: str | None = None
        self.items: int | None = None

    def claimed_account(self) -> str:
        """User name of whose token the call has or who logs in; empty where it has none."""
        if not self._operation.needs_token:
            return self._claimed_username()
        account = accounts.token_owner(self._sandbox.database, self._token() or "")
        return account["username"] if account else ""

    def _claimed_username(self) -> str:
        for parameter in self._operation.parameters:
            if parameter.ours == "username":
                return header_text(self._request, parameter.name) or ""
        key = self._operation.body_shape.keys.get("username")
        body = self._request.get_json(silent=True) if key else None
        return str(body.get(key.name, "")) if key and isinstance(body, dict) else ""

    def answer(self, before: ApiError | None, after: ApiError | None) -> Answer:
        """The answer; `before` and `after` are errors of faults, put where the name says."""
        try:
            found = self._perform(before, after)
        except ApiError as error:
            found = self._refusal(error)
        except NotFound as error:
            found = self._refusal(ApiError("not_found", str(error)))
        except HTTPException as error:
            found = self._refusal(ApiError("validation", f"The request is refused: {error.name}."))
        except Exception:
            _logger.exception("%s failed", self._operation.operation_id)
            found = self._refusal(ApiError("server_error", "The sandbox failed; its log says how."))
        if before or after:
            return found
        return checked(self._sandbox.contract, self._operation, found)

    def _refusal(self, error: ApiError) -> Answer:
        headers = dict(self._headers)
        if error.code == "hourly_limit":  # a fault may say so before it is true
            headers["rateRemaining"] = "0"
        headers = self._sandbox.contract.headers(headers)
        if error.code == "token_invalid":
            headers["WWW-Authenticate"] = "Bearer"
        named = self._operation.body_shape.name_of(error.field) if error.field else None
        shown = ApiError(error.code, error.message, named, error.status)
        return error_answer(self._sandbox.contract, shown, headers)

    def _perform(self, before: ApiError | None, after: ApiError | None) -> Answer:
        database = self._sandbox.database
        now = self._sandbox.clock.now()
        catch_up(database, now)
        account_id = self._admit(now) if self._operation.needs_token else 0
        if before:
            raise _copy(before)
        parameters = read_parameters(self._operation, self._request, self._path)
        parameters = self._reading(parameters)
        body = read_body(self._operation, self._request)
        self.items = _number_of_items(body)
        with database.transaction():
            document = self._run(
                Arguments(
                    database,
                    self._sandbox.bookmarks,
                    account_id,
                    now,
                    parameters,
                    body,
                    self._operation.first_page,
                )
            )
        if after:
            raise _copy(after)
        return Answer(
            self._operation.status,
            self._named(document),
            self._sandbox.contract.headers(self._headers),
        )

    def _named(self, document: dict[str, Any]) -> Any:
        answer = self._operation.answers[str(self._operation.status)]
        return self._operation.shape.named(document) if answer.body else None

    def _run(self, arguments: Arguments) -> dict[str, Any]:
        if self._operation.needs_token:
            return OPERATIONS[self._operation.operation_id](arguments)
        given = {**arguments.parameters, **(arguments.body or {})}
        account, document = authenticate(arguments.database, arguments.now, given)
        self.account = account["username"]
        return document

    def _admit(self, now: int) -> int:
        """Check the token, count the call and prepare the headers; the account's id."""
        database = self._sandbox.database
        self._headers = self._headers_without_account(now)
        token = self._token()
        if token is None:
            raise ApiError("token_invalid", "The call has no bearer token.")
        account = accounts.token_owner(database, token)
        if account is None:
            raise ApiError("token_invalid", "The token isn't known.")
        self.account = account["username"]
        self._headers = quota.headers(quota.current(account, now), account["expires_at"])
        if account["expires_at"] <= now:
            raise ApiError("token_invalid", "The token has ended; log in again.")
        left = quota.count_call(database, account, now)
        self._headers = quota.headers(left, account["expires_at"])
        return int(account["id"])

    def _token(self) -> str | None:
        place = self._sandbox.contract.token
        text = header_text(self._request, place.header) or ""
        if not place.scheme:
            return text.strip() or None
        scheme, _blank, token = text.partition(" ")
        return token.strip() if scheme.lower() == place.scheme.lower() else None

    def _headers_without_account(self, now: int) -> dict[str, str]:
        limits = self._sandbox.setup.limits
        untouched = quota.Quota(limits.hourly, 0, now + HOUR, limits.monthly, 0)
        return quota.headers(untouched, now)


def _copy(error: ApiError) -> ApiError:
    return ApiError(error.code, error.message, error.field)


def _number_of_items(body: Any) -> int | None:
    items = body.get("recipients") if isinstance(body, dict) else None
    return len(items) if isinstance(items, list) else None
