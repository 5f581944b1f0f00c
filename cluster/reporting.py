"""Feedback on what the endpoint has answered: remembered for a while, and reported where somebody says so."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from swarm.calls.students import Answered
from swarm.client import SwarmClient
from swarm.errors import RefusedError, SwarmError
from swarm.feedback import Thumb

PREFIX = "chatcmpl-"
MOST_REMEMBERED = 1_000
REMEMBERED_SECONDS = 24 * 3600.0
MOST_BYTES = 16_384
"""Of the body of a report."""

_STATUS = {"NO_CONSENT": 403, "NOT_FOUND": 404, "REQUEST_CONFLICT": 409, "DIGEST_CONFLICT": 409}
_BUSY = frozenset({"FEEDBACK_FULL", "QUEUE_FULL", "CREDITS_SPENT", "RATE_LIMITED"})


class Body(BaseModel):
    """What `POST /v1/feedback` takes: the completion's id, what the person says of it, and whether they consent."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=f"^{PREFIX}[0-9a-f]{{32}}$")]
    thumb: Thumb
    corrected_answer: Annotated[str, Field(max_length=500)] = ""
    consent: StrictBool


@dataclass(frozen=True, slots=True)
class _Given:
    question: str
    answered: Answered
    at: datetime
    until: float


class Reports:
    """Questions and answers stay in this process until a person reports one with consent; then the gateway has them.

    It calls as the run's own reporter. Whoever reaches the endpoint speaks through it, so what they call right is a
    proposal, which an operator takes or doesn't.
    """

    def __init__(self, client: SwarmClient) -> None:
        self._client = client
        self._given: OrderedDict[str, _Given] = OrderedDict()

    def remember(self, completion_id: str, question: str, answered: Answered) -> None:
        """Keep an answer so that it can be reported by its id; the oldest go first."""
        until = time.monotonic() + REMEMBERED_SECONDS
        self._given[completion_id] = _Given(question, answered, datetime.now(UTC), until)
        while len(self._given) > MOST_REMEMBERED or next(iter(self._given.values())).until < time.monotonic():
            self._given.popitem(last=False)

    async def take(self, request: Request) -> JSONResponse:
        """`POST /v1/feedback`."""
        data = b""
        async for piece in request.stream():
            data += piece
            if len(data) > MOST_BYTES:
                return problem(413, "TOO_LARGE", f"a report has {MOST_BYTES} bytes at most")
        try:
            body = Body.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the body"
            return problem(400, "INVALID", f"{where}: {first['msg']}")
        given = self._given.get(body.id)
        if given is None or given.until < time.monotonic():
            said = f"no answer {body.id} is remembered here; the last {MOST_REMEMBERED} of a day are"
            return problem(404, "NOT_FOUND", said)
        try:
            return await self._report(body, given)
        except RefusedError as error:
            status = 429 if error.reason in _BUSY else _STATUS.get(error.reason, 400)
            return problem(status, error.reason, str(error))
        except SwarmError as error:
            return problem(503, "UNAVAILABLE", str(error))

    async def _report(self, body: Body, given: _Given) -> JSONResponse:
        taken = await self._client.report(
            given.question,
            given.answered.text,
            given.answered.checkpoint_id,
            body.thumb,
            consent=body.consent,
            corrected_answer=body.corrected_answer,
            asked_at=given.at,
            report_id=body.id.removeprefix(PREFIX),
        )
        return JSONResponse({"id": body.id, "object": "feedback", "state": taken.state})


def problem(status: int, code: str, message: str) -> JSONResponse:
    """An error as the OpenAI API words it."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return JSONResponse({"error": {"message": message, "type": kind, "code": code}}, status_code=status)
