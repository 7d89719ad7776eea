"""The errors that the API answers with; codes and status codes as the contract lists them."""

from __future__ import annotations

STATUS_BY_CODE = {
    "invalid_credentials": 401,
    "token_invalid": 401,
    "not_found": 404,
    "validation": 400,
    "subject_required": 400,
    "description_required": 400,
    "template_required": 400,
    "template_locked": 400,
    "campaign_not_draft": 400,
    "from_email_not_registered": 400,
    "too_many_recipients": 400,
    "hourly_limit": 429,
    "monthly_limit": 429,
    "server_error": 500,
}


class ApiError(Exception):
    """An answer that is an error: `code` of the contract, one sentence, and the field at fault."""

    def __init__(
        self, code: str, message: str, field: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.status = status or STATUS_BY_CODE[code]

    def body(self) -> dict[str, dict[str, str]]:
        """The JSON body of the answer, as schema `Error` of the contract."""
        error = {"code": self.code, "message": self.message}
        return {"error": error | ({"field": self.field} if self.field else {})}


class UsageError(Exception):
    """Something a person asked for on the web page, the control API or the command line that
    can't be done; the message is a sentence for that person."""


class NotFound(UsageError):
    """What was asked for by name or number isn't there."""
