"""Calls with a valid token, repeated where that is safe, counted and rate-limited."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from . import endpoints
from .answers import invalid_answer, json_of, rate_limit_of, token_reset_of
from .credentials import check_credentials, secrets_of
from .endpoints import Operation
from .errors import CampaignMasterError, ServerFailed, TokenRefused
from .parsing import UnusableValue, is_usable_token, read_object
from .refusals import error_of
from .retry import RetryPolicy, should_retry, wait_seconds
from .transport import Answer, Transport
from .types import Credentials, RateLimit, Token

RENEW_BEFORE_END = timedelta(seconds=60)
EXPIRY_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Hooks:
    """What the owner of the client wants to be told; an exception raised in one ends the call."""

    token: Callable[[Token | None], None] | None = None
    call: Callable[[], None] | None = None


@dataclass(frozen=True)
class Call:
    """One operation with its path filled in, its query and its encoded body."""

    operation: Operation
    path: str
    query: Mapping[str, str] | None = None
    body: bytes | None = None


class Caller:
    """Keeps the token, counts of requests and bytes, and the last rate limit of one client."""

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        *,
        token: Token | None,
        hooks: Hooks,
        retry: RetryPolicy,
    ) -> None:
        self.calls = 0
        self.received = 0
        self.rate_limit: RateLimit | None = None
        self.lost_an_answer = False
        self._transport = transport
        self._credentials = credentials
        self._token = token if token is not None and is_usable_token(token.value) else None
        self._hooks = hooks
        self._retry = retry

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def call(self, call: Call) -> dict[str, Any]:
        """Carry out `call` and return its JSON object; a refused token is renewed once."""
        self.lost_an_answer = False
        token = self._token
        if token is None or _ends_soon(token):
            token = self.authenticate()
        refused = self._try(call, token)
        if not isinstance(refused, TokenRefused):
            return refused
        self._set_token(None)
        answer = self._try(call, self.authenticate())
        if isinstance(answer, TokenRefused):
            self._set_token(None)
            raise answer
        return answer

    def authenticate(self) -> Token:
        """Log in and keep the new token."""
        check_credentials(self._credentials)
        call = Call(endpoints.AUTHENTICATE, endpoints.AUTHENTICATE.path)
        answer = self._repeat(call, endpoints.credential_headers(self._credentials))
        content = json_of(answer, call.operation, self._transport.host)
        try:
            (value,) = read_object(content, endpoints.TOKEN)
        except UnusableValue as problem:
            raise invalid_answer(call.operation, str(problem)) from None
        token = Token(value, token_reset_of(answer.headers))
        self._set_token(token)
        return token

    def _try(self, call: Call, token: Token) -> dict[str, Any] | TokenRefused:
        try:
            answer = self._repeat(call, endpoints.token_headers(token.value))
        except TokenRefused as refused:
            return refused
        return json_of(answer, call.operation, self._transport.host)

    def _repeat(self, call: Call, headers: Mapping[str, str]) -> Answer:
        began = time.monotonic()
        attempt = 1
        while True:
            result = self._attempt(call, headers)
            if isinstance(result, Answer):
                return result
            if result.outcome_unknown and call.operation is not endpoints.AUTHENTICATE:
                self.lost_an_answer = True
            wait = self._wait_before_next(result, call, attempt, time.monotonic() - began)
            if wait is None:
                raise result
            self._retry.sleep(wait)
            attempt += 1

    def _wait_before_next(
        self, error: CampaignMasterError, call: Call, attempt: int, elapsed: float
    ) -> float | None:
        if not should_retry(
            error, attempt=attempt, repeatable=call.operation.repeatable, policy=self._retry
        ):
            return None
        asked = error.retry_after if isinstance(error, ServerFailed) else None
        return wait_seconds(attempt=attempt, elapsed=elapsed, policy=self._retry, retry_after=asked)

    def _attempt(self, call: Call, headers: Mapping[str, str]) -> Answer | CampaignMasterError:
        if self._hooks.call:
            self._hooks.call()
        self.calls += 1
        try:
            answer = self._transport.exchange(
                call.operation.method, call.path, headers=headers, query=call.query, body=call.body
            )
        except CampaignMasterError as error:
            return error
        self.received += len(answer.body)
        self._note_headers(call, answer)
        return error_of(answer, call.operation, self._transport.host, self._secrets()) or answer

    def _note_headers(self, call: Call, answer: Answer) -> None:
        limit = rate_limit_of(answer.headers)
        if limit is not None:
            self.rate_limit = limit
        expires_at = token_reset_of(answer.headers)
        known = self._token
        if known is None or expires_at is None or call.operation is endpoints.AUTHENTICATE:
            return
        if answer.status != 401 and _differ(known.expires_at, expires_at):
            self._set_token(replace(known, expires_at=expires_at))

    def _set_token(self, token: Token | None) -> None:
        self._token = token
        if self._hooks.token:
            self._hooks.token(token)

    def _secrets(self) -> tuple[str, ...]:
        token = (self._token.value,) if self._token else ()
        return token + secrets_of(self._credentials)


def _ends_soon(token: Token) -> bool:
    return token.expires_at is not None and (
        token.expires_at - datetime.now(UTC) <= RENEW_BEFORE_END
    )


def _differ(known: datetime | None, told: datetime) -> bool:
    return known is None or abs(told - known) > EXPIRY_TOLERANCE
