"""A megabyte of the worst that a server or a person can give costs no more than reading it.

What takes the square of the length would take an hour, so a limit of a minute of the processor's
time tells them apart on any machine.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 60
PACKAGE = Path(__file__).resolve().parents[2] / "campaign_master_connector"
SANDBOX = Path(__file__).resolve().parents[2]
PREAMBLE = """
import json
from campaign_master_api import address, answers, caller, contract, reading, text, values
from campaign_master_api.errors import CampaignMasterError
from campaign_master_api.transport import Answer
from campaign_master_api.types import Credentials
from sandbox.addresses import is_address
MEGABYTE = 2 ** 20
WORST = [
    pattern * (MEGABYTE // len(pattern))
    for pattern in (
        "a", "@", "a@", "a.", ".a", "a-", "<", "<a", "<a>", "< >", " ", "a ", "(", '"', "&#",
        "\\x00", "\\u2028", "/", "/api/v1", "xn--", "a.xn--", "\\u00fc", "\\u00fc.", "\\u0661",
        "\\u05d0", "\\\\", "%41", "[", ":", "1", "1.", "0123456789-", "\\r\\n", "\\ud800", "e1",
    )
]
def error(status, message, code="validation"):
    body = json.dumps({"error": {"code": code, "message": message, "field": message}}).encode()
    return Answer(status, {"Content-Type": "application/json", "Location": message[:60000]}, body)
CREATE = contract.current().operations["create_campaign"]
def told(*secrets):
    return answers.Circumstances(CREATE, contract.current(), "h", secrets)
def waiting(text):
    return Answer(429, {"Retry-After": text}, b"")
def nowhere(*deviation):
    pass
def attempt(function, *arguments):
    try:
        return function(*arguments)
    except (CampaignMasterError, reading.UnusableAnswer, UnicodeEncodeError, ValueError):
        return None
"""
CASES = {
    "messages": "text.clean_message(worst, ('secret-1', 'a' * 8000, 'ab', worst[:500]))",
    "names": "text.clean_name(worst), text.clean_email(worst), text.clean_text(worst)",
    "addresses": "address.normalize_api_url(worst)",
    "hosts": "address.normalize_api_url('https://' + worst)",
    "hosts of many labels": "address.api_origin('https://a.' + worst + '.example')",
    "paths": "address.normalize_api_url('https://a.example' + '/api/v1' + worst)",
    "versions": "address.check_api_version(worst)",
    "plain refusals": "answers.error_of(Answer(400, {}, worst.encode('utf-8', 'replace')), told())",
    "refusals": "answers.error_of(error(422, worst), told('a' * 9))",
    "redirects": "answers.error_of(error(302, worst), told())",
    "pauses": "answers.retry_after_of(waiting(worst[:60000]), told().contract)",
    "JSON": "reading.decode_json(worst.encode('utf-8', 'replace'), nowhere)",
    "texts in JSON": "reading.decode_json(json.dumps([worst, {worst[:9]: 1}]).encode(), nowhere)",
    "moments": "values.read_moment(worst), values.read_count(worst), values.read_rate(worst)",
    "words": "values.read_flag(worst), values.read_word(worst), values.folded(worst)",
    "ids": "values.read_identifier(worst), text.without_blanks_around(worst)",
    "credentials": "caller.check_credentials(Credentials(worst, worst, worst, worst))",
    "addresses of the sandbox": "is_address(worst), is_address('a@' + worst + '.example')",
}


def limit_time() -> None:
    """In the child: the system ends it after so much of the processor's time."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("case", CASES)
def test_no_text_takes_longer_than_reading_it(case: str) -> None:
    script = f"{PREAMBLE}\nfor worst in WORST:\n    attempt(lambda: ({CASES[case]}))\nprint('done')"
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": f"{PACKAGE}:{SANDBOX}"},
        preexec_fn=limit_time,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-2000:] or "it took too long"
    assert finished.stdout == "done\n"
