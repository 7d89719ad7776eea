"""Calls with a valid token, repeated where that is safe, counted and rate-limited."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import json
import random as _random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from .answers import (
    Circumstances,
    content_of,
    error_of,
    invalid_answer,
    not_campaign_master,
    rate_limit_of,
    refused_log_in,
    token_reset_of,
)
from .contract_parts import Contract, Operation
from .errors import (
    CampaignMasterError,
    CertificateNotTrusted,
    ConnectionFailed,
    CredentialsRefused,
    ServerFailed,
    TokenRefused,
    _,
)
from .meanings import AUTHENTICATE, TOKEN
from .reading import Note, with_contract_names
from .text import has_control
from .transport import Answer, Transport
from .types import Credentials, Deviation, RateLimit, Token
from .values import is_usable_token

PASSING_STATUSES = frozenset({502, 503, 504})
RENEW_BEFORE_END = timedelta(seconds=60)
EXPIRY_TOLERANCE = timedelta(seconds=60)
_LABELS = {
    "username": _("username"),
    "password": _("password"),
    "client_id": _("client id"),
    "client_secret": _("client secret"),
}
_REQUIRED = ("username", "password")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    `attempts` counts the first one too. `base` seconds double with each attempt up to `cap`.
    No new attempt starts more than `budget` seconds after the first one did. `sleep` and `random`
    (a number from 0 to 1) can be replaced in tests.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    budget: float = 30.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    random: Callable[[], float] = field(default=_random.random, repr=False, compare=False)


NO_RETRY = RetryPolicy(attempts=1)


def should_retry(
    error: CampaignMasterError, *, attempt: int, repeatable: bool, policy: RetryPolicy
) -> bool:
    """Whether the call that failed with `error` at its `attempt` (from 1) is worth another one.

    Only connection errors, time-outs, 502, 503 and 504 pass by themselves.
    """
    if not repeatable or attempt >= policy.attempts:
        return False
    if isinstance(error, ServerFailed):
        return error.status in PASSING_STATUSES
    return isinstance(error, ConnectionFailed) and not isinstance(error, CertificateNotTrusted)


def wait_seconds(
    *, attempt: int, elapsed: float, policy: RetryPolicy, retry_after: float | None = None
) -> float | None:
    """Seconds to wait after `attempt` (from 1), or None to give up.

    Exponential with jitter over its upper half, never less than the server asks (`retry_after`)
    and never above the cap: a server that asks for more is not waited for. `elapsed` are the
    seconds since the first attempt began.
    """
    asked = retry_after or 0.0
    ceiling = min(policy.cap, policy.base * 2.0 ** (attempt - 1))
    wait = max(asked, ceiling * (0.5 + 0.5 * policy.random()))
    if wait > policy.cap or elapsed + wait > policy.budget:
        return None
    return wait


@dataclass(frozen=True)
class Hooks:
    """What the owner of the client wants to be told; an exception raised in one ends the call."""

    token: Callable[[Token | None], None] | None = None
    call: Callable[[], None] | None = None


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it: an answer or an error, after so many seconds."""

    operation: Operation
    answer: Answer | None
    error: CampaignMasterError | None
    seconds: float


@dataclass(frozen=True)
class Call:
    """One operation with its path filled in, its query and its encoded body."""

    operation: Operation
    path: str
    query: Mapping[str, str] | None = None
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """The JSON that a call was answered with (NO_CONTENT for none) and its size in bytes.

    `lost_an_answer` is True where an earlier attempt may have been carried out unanswered.
    """

    content: Any
    size: int
    lost_an_answer: bool


class Caller:
    """Keeps the token, the count of requests, the last limit and the deviations of a client."""

    def __init__(
        self,
        transport: Transport,
        contract: Contract,
        credentials: Credentials,
        *,
        token: Token | None,
        hooks: Hooks,
        retry: RetryPolicy,
    ) -> None:
        self.contract = contract
        self.calls = 0
        self.rate_limit: RateLimit | None = None
        self.deviations: Counter[Deviation] = Counter()
        self.observer: Callable[[Exchange], None] | None = None
        self._lost_an_answer = False
        self._transport = transport
        self._credentials = credentials
        self._token = token if token is not None and is_usable_token(token.value) else None
        self._hooks = hooks
        self._retry = retry
        # A refused one too must not be repeated.
        self._tokens = {self._token.value} if self._token else set()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def note(self, operation: Operation) -> Note:
        """What counts the deviations of answers to this operation."""

        def note(key: str, kind: str, times: int = 1) -> None:
            self.deviations[Deviation(operation.name, key, kind)] += times

        return note

    def call(self, call: Call) -> Reply:
        """Carry out `call` and return what it was answered; a refused token is renewed once."""
        self._lost_an_answer = False
        token = self._token
        if token is None or _ends_soon(token):
            token = self.authenticate()
        answer = self._try(call, token)
        if isinstance(answer, TokenRefused):
            self._set_token(None)
            answer = self._try(call, self.authenticate())
            if isinstance(answer, TokenRefused):
                self._set_token(None)
                raise answer
        content = self._content(answer, call.operation)
        return Reply(content, len(answer.body), self._lost_an_answer)

    def authenticate(self) -> Token:
        """Log in and keep the new token."""
        check_credentials(self._credentials)
        operation = self.contract.operations[AUTHENTICATE]
        call, headers = _login(operation, self._credentials)
        answer = self._repeat(call, headers)
        content = self._content(answer, operation)
        if type(content) is not dict:
            raise invalid_answer(operation, "an object was expected")
        named = with_contract_names([content], operation.answer, self.note(operation))[0]
        name = operation.answer[TOKEN].name
        circumstances = Circumstances(
            operation, self.contract, self._transport.host, self.secrets()
        )
        if not named.get(name) and (refused := refused_log_in(answer, content, circumstances)):
            raise refused
        if name not in named:
            raise not_campaign_master(answer, self._transport.host)
        if not is_usable_token(named[name]):
            raise invalid_answer(operation, f"{name} is not a token")
        token = Token(named[name], token_reset_of(answer, self.contract))
        self._set_token(token)
        return token

    def _content(self, answer: Answer, operation: Operation) -> Any:
        return content_of(answer, operation, self._transport.host, self.note(operation))

    def _try(self, call: Call, token: Token) -> Answer | TokenRefused:
        how = self.contract.token
        headers = {how.name: f"{how.prefix} {token.value}".strip()}
        try:
            return self._repeat(call, headers)
        except TokenRefused as refused:
            return refused

    def _repeat(self, call: Call, headers: Mapping[str, str]) -> Answer:
        headers = {**call.operation.fixed["header"], **headers}
        began = time.monotonic()
        attempt = 1
        while True:
            result = self._attempt(call, headers)
            if isinstance(result, Answer):
                return result
            if result.outcome_unknown and call.operation.needs_token:
                self._lost_an_answer = True
            wait = self._wait_before_next(result, call, attempt, time.monotonic() - began)
            if wait is None:
                raise result
            self._retry.sleep(wait)
            attempt += 1

    def _wait_before_next(
        self, error: CampaignMasterError, call: Call, attempt: int, elapsed: float
    ) -> float | None:
        if not should_retry(
            error, attempt=attempt, repeatable=call.operation.is_repeatable, policy=self._retry
        ):
            return None
        asked = error.retry_after if isinstance(error, ServerFailed) else None
        return wait_seconds(attempt=attempt, elapsed=elapsed, policy=self._retry, retry_after=asked)

    def _attempt(self, call: Call, headers: Mapping[str, str]) -> Answer | CampaignMasterError:
        if self._hooks.call:
            self._hooks.call()
        self.calls += 1
        began = time.monotonic()
        try:
            answer = self._transport.exchange(
                call.operation.method, call.path, headers=headers, query=call.query, body=call.body
            )
        except CampaignMasterError as error:
            self._tell_observer(call.operation, None, error, began)
            return error
        self._tell_observer(call.operation, answer, None, began)
        self._note_headers(call, answer)
        circumstances = Circumstances(
            call.operation, self.contract, self._transport.host, self.secrets()
        )
        return error_of(answer, circumstances) or answer

    def _tell_observer(
        self,
        operation: Operation,
        answer: Answer | None,
        error: CampaignMasterError | None,
        began: float,
    ) -> None:
        if self.observer:
            self.observer(Exchange(operation, answer, error, time.monotonic() - began))

    def _note_headers(self, call: Call, answer: Answer) -> None:
        limit = rate_limit_of(answer, self.contract)
        if limit is not None:
            self.rate_limit = limit
        expires_at = token_reset_of(answer, self.contract)
        known = self._token
        if known is None or expires_at is None or not call.operation.needs_token:
            return
        if answer.status != 401 and _differ(known.expires_at, expires_at):
            self._set_token(replace(known, expires_at=expires_at))

    def _set_token(self, token: Token | None) -> None:
        self._token = token
        if token:
            self._tokens.add(token.value)
        if self._hooks.token:
            self._hooks.token(token)

    def secrets(self) -> tuple[str, ...]:
        """The texts that no message may repeat."""
        return (*sorted(self._tokens, key=len, reverse=True), *secrets_of(self._credentials))


def check_credentials(credentials: Credentials) -> None:
    """Raise CredentialsRefused, without any part of the value, where one cannot be sent.

    They travel in headers, which cannot carry every character.
    """
    for part, label in _LABELS.items():
        problem = _problem(getattr(credentials, part), required=part in _REQUIRED)
        if problem:
            raise CredentialsRefused(
                _(
                    "The %(secret)s cannot be sent to Campaign Master: %(problem)s. "
                    "Enter it again in the settings.",
                    secret=label,
                    problem=problem,
                )
            )


def secrets_of(credentials: Credentials) -> tuple[str, ...]:
    """The texts that no message may repeat, the longest first."""
    return tuple(sorted((getattr(credentials, part) for part in _LABELS), key=len, reverse=True))


def _problem(value: str, *, required: bool) -> str:
    if required and not value:
        return _("it is empty")
    if value != value.strip():
        return _("it begins or ends with a space or a line break")
    if has_control(value):
        return _("it has a line break or another control character in it")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return _("it has a character that is not in the Latin-1 alphabet")
    return ""


def _login(operation: Operation, credentials: Credentials) -> tuple[Call, dict[str, str]]:
    """Each part of the credentials where the contract wants it, an empty one nowhere."""
    told = {part: getattr(credentials, part) for part in _LABELS}
    headers = {
        parameter.name: told[part]
        for part, parameter in operation.parameters.items()
        if told.get(part)
    }
    body = {key.name: told[part] for part, key in operation.body.items() if told[part]}
    body = {**operation.fixed["body"], **body}
    encoded = json.dumps(body).encode() if body else None
    path, query = operation.path, operation.fixed["query"]
    return Call(operation, path, query or None, encoded), headers


def _ends_soon(token: Token) -> bool:
    return token.expires_at is not None and (
        token.expires_at - datetime.now(UTC) <= RENEW_BEFORE_END
    )


def _differ(known: datetime | None, told: datetime) -> bool:
    return known is None or abs(told - known) > EXPIRY_TOLERANCE
