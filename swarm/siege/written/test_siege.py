"""Regression tests of what a siege found, a case for each failure. Written by `swarm siege export --to pytest`.

    SIEGE_URL=https://HOST/v1 SIEGE_MODEL=NAME SIEGE_KEY=KEY pytest

asks that OpenAI-compatible endpoint; what is not given is taken from setup.json. A call that fails is an error of its
test, not a failure: nothing was answered then.
"""

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from siege_check import judged

HERE = Path(__file__).parent
SETUP = json.loads((HERE / "setup.json").read_text(encoding="utf-8"))
CASES = [json.loads(line) for line in (HERE / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
SECONDS = 120


@pytest.fixture(params=CASES, ids=lambda case: f"{case['species']} [{case['id'][-8:]}]")
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One failure that was found."""
    found: dict[str, Any] = request.param
    return found


@pytest.fixture
def reply(case: dict[str, Any]) -> str:
    """What the endpoint says now."""
    url = os.environ.get("SIEGE_URL", SETUP["url"])
    assert url, "say what is to be asked: SIEGE_URL=https://HOST/v1"
    body = {
        "model": os.environ.get("SIEGE_MODEL", SETUP["model"]),
        "messages": [*SETUP["turns"], {"role": "user", "content": case["question"]}],
        "max_tokens": SETUP["max_tokens"],
        "temperature": 0,
    }
    headers = {"content-type": "application/json"}
    if key := os.environ.get("SIEGE_KEY"):
        headers["authorization"] = f"Bearer {key}"
    call = urllib.request.Request(f"{url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(call, timeout=SECONDS) as answer:
        return str(json.load(answer)["choices"][0]["message"]["content"])


def test_the_failure_is_mended(case: dict[str, Any], reply: str) -> None:
    """The question that was answered wrongly is answered rightly."""
    right, why = judged(case, reply)
    assert right, f"{case['species']}\n{case['question']}\nsaid: {reply}\n{why}"
