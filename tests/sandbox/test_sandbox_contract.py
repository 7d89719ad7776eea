"""The contract file against the running sandbox: requests that a generator makes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from sandbox_support import Api, campaign_fields, first_template
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from sandbox.contract import DEFAULT_PATH, Contract
from sandbox.testing import SandboxProcess

EXAMPLES = 20
BLANKS_NOT_ALLOWED = ("name", "subject", "description")
schema = schemathesis.openapi.from_path(DEFAULT_PATH)
load_all_checks()
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    schemathesis.checks.not_a_server_error,
]


@dataclass(frozen=True)
class Target:
    """What is really there: valid requests are pointed at it, so that they must succeed."""

    api: Api
    list_id: int
    campaign_id: int
    template_id: int

    def aim(self, case: schemathesis.Case) -> None:
        """Let a valid request mean things that exist and only keys that the contract names."""
        ids = {"listId": self.list_id, "campaignId": self.campaign_id}
        case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
        if case.operation.path == "/authenticate":
            case.headers = {"username": self.api.username, "password": self.api.password}
        if isinstance(case.body, dict):
            case.body = self._known(case.body, case.method)

    def _known(self, body: dict[str, Any], method: str) -> dict[str, Any]:
        if "recipients" in body:
            entries = [{"email": entry["email"]} for entry in body["recipients"]]
            return {"recipients": entries}
        known = {name: value for name, value in body.items() if name in campaign_fields()}
        for name in BLANKS_NOT_ALLOWED:
            if name in known:
                known[name] = known[name].strip() or "not blank"
        if method.upper() == "PUT":
            known.pop("templateId", None)
            return known
        return known | {"templateId": self.template_id}


@pytest.fixture(scope="module")
def target() -> Any:
    """A sandbox of its own whose limits the generator doesn't reach."""
    with SandboxProcess(
        seed=1, any_sender=True, hourly_limit=10**6, monthly_limit=10**6
    ) as sandbox:
        api = Api(sandbox.url).log_in()
        template_id = first_template(sandbox)
        campaign_id = api.create_campaign(templateId=template_id)
        yield Target(api, sandbox.control.create_list("Target"), campaign_id, template_id)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
def test_made_up_requests_get_answers_of_the_contract(
    case: schemathesis.Case, target: Target
) -> None:
    is_valid = case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE
    if is_valid:
        target.aim(case)
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {target.api.token}"}
    answer = case.call_and_validate(base_url=target.api.root, checks=CHECKS, timeout=20)
    assert not is_valid or answer.status_code < 300, answer.text


def test_the_generator_meets_every_operation() -> None:
    labels = {operation.ok().label for operation in schema.get_all_operations()}
    expected = {
        f"{operation.method} {operation.path}" for operation in Contract().operations.values()
    }
    assert labels == expected
    assert len(labels) == 11
