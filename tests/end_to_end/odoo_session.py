"""One person's access to a running Odoo, by the calls that its web client makes."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter

SECONDS = 120
PEOPLE_AT_ONCE = 32


class OdooFault(Exception):
    """Odoo refused a call: ``kind`` is the name of its exception, the message what it says."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class OdooSession:
    """A logged-in person. ``user_id`` is the id of the ``res.users``.

    :raises OdooFault: of kind ``odoo.exceptions.AccessDenied`` for a wrong password
    """

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.mount(url, HTTPAdapter(pool_maxsize=PEOPLE_AT_ONCE))
        # Each call on a connection of its own: a restart of the server must not break a session.
        self._session.headers["Connection"] = "close"
        who = {"db": database, "login": login, "password": password}
        self.user_id: int = self._post("/web/session/authenticate", who)["uid"]

    def call(self, model: str, method: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a public method; ``arguments`` begin with the ids where it is one of records.

        :raises OdooFault: for whatever the method raises
        """
        parameters = {"model": model, "method": method, "args": arguments, "kwargs": keywords}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", parameters)

    def read(self, model: str, record_id: int, *fields: str) -> dict[str, Any]:
        """The values of one record, by field name."""
        [values] = self.call(model, "read", [record_id], list(fields))
        result: dict[str, Any] = values
        return result

    def _post(self, path: str, parameters: dict[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self._session.post(self._url + path, json=body, timeout=SECONDS)
        answer.raise_for_status()
        content = answer.json()
        if error := content.get("error"):
            raise OdooFault(error["data"]["name"], error["data"]["message"])
        return content.get("result")
