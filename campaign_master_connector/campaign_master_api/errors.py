"""What can go wrong with a call, as sentences for the person who reads them.

No sentence holds a password, a token, an e-mail address or the raw text of an answer, so each
may be shown, stored and logged.
"""

from __future__ import annotations

from datetime import datetime


class CampaignMasterError(Exception):
    """A call to Campaign Master did not succeed.

    `sentence` says what happened and what to do; `str(error)` is the same. `outcome_unknown` is
    True where the request may have been carried out although no usable answer came.
    """

    def __init__(self, sentence: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.outcome_unknown = outcome_unknown

    def __str__(self) -> str:
        return self.sentence


class InvalidApiUrl(CampaignMasterError):
    """The API address or the API version cannot be used; nothing was sent."""


class ConnectionFailed(CampaignMasterError):
    """No connection came about, or it broke before the answer was complete."""


class HostNotFound(ConnectionFailed):
    """The name of the host has no address; nothing was sent."""


class NoAnswer(ConnectionFailed):
    """A time-out passed: while connecting (outcome known) or while waiting (outcome unknown)."""


class CertificateNotTrusted(ConnectionFailed):
    """The server's certificate is not trusted; nothing was sent."""


class RedirectRefused(CampaignMasterError):
    """The server answered with a redirect, which is never followed."""


class NotCampaignMaster(CampaignMasterError):
    """Something answered that does not speak Campaign Master's API, such as a web page."""


class InvalidAnswer(CampaignMasterError):
    """The answer is broken, or a key of it is missing, wrongly typed or implausible."""


class SeveralCampaigns(InvalidAnswer):
    """More than one campaign carries the external id that was asked for."""


class TooManyRows(InvalidAnswer):
    """An answer in pages has more rows, or more bytes, than an account or a campaign can have."""


class CredentialsRefused(CampaignMasterError):
    """The username, password, client id or client secret cannot be used to log in."""


class TokenRefused(CampaignMasterError):
    """The token was refused, also right after a fresh log-in."""


class NotFound(CampaignMasterError):
    """What the request names is not, or no longer, in Campaign Master."""


class RequestRefused(CampaignMasterError):
    """Campaign Master refused the request.

    `code` is one of the contract's codes or empty, `field` the key that was refused or empty,
    `server_message` the server's own words without tags, control characters, addresses and
    secrets, of at most 300 characters.
    """

    def __init__(
        self, sentence: str, *, code: str = "", field: str = "", server_message: str = ""
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.field = field
        self.server_message = server_message


class RateLimitReached(CampaignMasterError):
    """The hourly (or, with `monthly`, the monthly) number of calls is used up.

    `reset_at` (UTC) is when the server will answer again; None where it does not say so. The
    sentence leaves it out: who reads it has a time zone of his own.
    """

    def __init__(
        self, sentence: str, *, reset_at: datetime | None = None, monthly: bool = False
    ) -> None:
        super().__init__(sentence)
        self.reset_at = reset_at
        self.monthly = monthly


class ServerFailed(CampaignMasterError):
    """Campaign Master, or a proxy before it, failed with the HTTP `status` (5xx).

    `retry_after` are the seconds that the server asks to wait, None where it does not ask.
    """

    def __init__(
        self, sentence: str, *, status: int = 500, retry_after: float | None = None
    ) -> None:
        super().__init__(sentence, outcome_unknown=True)
        self.status = status
        self.retry_after = retry_after
