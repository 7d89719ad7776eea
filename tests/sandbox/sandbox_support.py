"""A small client of the API, and what tests send with it."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.testing import SandboxProcess

JSON = "application/json"
Document = dict[str, Any]


class Api:
    """One account's view of the API: every call with its token."""

    def __init__(self, url: str, username: str = "demo", password: str = "demo") -> None:
        self.root = f"{url}/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        self.username = username
        self.password = password
        self.token = ""

    def log_in(self) -> Api:
        """Get a token."""
        answer = self.authenticate(username=self.username, password=self.password)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]
        return self

    def authenticate(self, **headers: str) -> requests.Response:
        """The bare call with these headers."""
        return self.session.post(f"{self.root}/authenticate", headers=headers, timeout=20)

    def call(self, method: str, path: str, **keywords: Any) -> requests.Response:
        """A call with the token; keywords as for requests."""
        headers = {"Authorization": f"Bearer {self.token}"} | keywords.pop("headers", {})
        keywords.setdefault("timeout", 20)
        return self.session.request(method, f"{self.root}{path}", headers=headers, **keywords)

    def get(self, path: str, **parameters: Any) -> requests.Response:
        """GET with query parameters."""
        return self.call("GET", path, params=parameters)

    def document(self, path: str, **parameters: Any) -> Document:
        """The JSON of a GET that must succeed."""
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        found: Document = answer.json()
        return found

    def create_campaign(self, **changes: Any) -> int:
        """The id of a new draft."""
        answer = self.call("POST", "/campaigns", json=campaign_fields(**changes))
        assert answer.status_code == 201, answer.text
        campaign_id: int = answer.json()["id"]
        return campaign_id

    def add(self, list_id: int, emails: list[str]) -> list[str]:
        """The statuses of added addresses."""
        body = {"recipients": [{"email": email} for email in emails]}
        answer = self.call("POST", f"/lists/{list_id}/recipients", json=body)
        assert answer.status_code == 200, answer.text
        return [result["status"] for result in answer.json()["results"]]


def campaign_fields(**changes: Any) -> Document:
    """A complete campaign; a change to None leaves the field out."""
    fields = {
        "externalId": "reference-1",
        "name": "Autumn news",
        "subject": "Autumn news",
        "description": "Sent to everybody.",
        "fromName": "News team",
        "fromEmail": "news@example.com",
        "templateId": 1,
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def error_of(answer: requests.Response) -> tuple[int, str, str | None]:
    """Status, code and field of an error answer."""
    error = answer.json()["error"]
    assert error["message"].strip().endswith(".")
    return answer.status_code, error["code"], error.get("field")


def people(count: int, domain: str = "example.com") -> list[str]:
    """Addresses of made-up people."""
    return [f"person-{number}@{domain}" for number in range(1, count + 1)]


def first_template(sandbox: SandboxProcess) -> int:
    """The id of a template of the first account."""
    template_id: int = sandbox.control.account_state()["templates"][0]["id"]
    return template_id
