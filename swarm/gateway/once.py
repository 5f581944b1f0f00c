"""Calls that have their effect once: how a repeat is told from a new call, and how its first answer is kept."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from google.protobuf.message import Message

from swarm.connection import REQUEST_ID
from swarm.errors import RefusedError
from swarm.exchange import Exchange, Request
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk
from swarm.gateway.edge import caller

M = TypeVar("M", bound=Message)

LONGEST_ID = 64


def asked(request: Message, context: Any, own_id: str = "") -> Request | None:
    """What tells this request from all others: an id in the request itself, or else in the metadata; None without one.

    Raises RefusedError INVALID for an id that is too long.
    """
    given = own_id or str(dict(context.invocation_metadata() or ()).get(REQUEST_ID, ""))
    if not given:
        return None
    if len(given) > LONGEST_ID or not given.isprintable():
        raise RefusedError(
            "INVALID",
            f"the request id is {given[:80]!r}",
            f"Send up to {LONGEST_ID} printable characters, others for each request",
            field=REQUEST_ID,
        )
    digest = hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()
    return Request(caller().name, request.DESCRIPTOR.name.removesuffix("Request"), given, digest)


async def once(
    desk: Desk,
    request: Request | None,
    reply: type[M],
    work: Callable[[Exchange], M],
    topics: Iterable[Topic] = (),
) -> M:
    """What `work` answers once it is durable; a repeat of the request gets the first answer, and nothing is done."""
    answer = await desk.write(
        lambda exchange: exchange.once(request, lambda: work(exchange).SerializeToString()), topics
    )
    return reply.FromString(answer)


async def once_sealed(
    desk: Desk,
    request: Request | None,
    context: Any,
    reply: type[M],
    work: Callable[[Exchange], M],
    topics: Iterable[Topic] = (),
) -> M:
    """The same for an answer that holds a secret: it is kept so that only who made the request can read it again.

    Raises RefusedError REQUEST_CONFLICT where the repeat comes with another credential.
    """
    if request is None:
        return await once(desk, None, reply, work, topics)
    shown = f"{dict(context.invocation_metadata())['authorization']}\n{request.id}"
    seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(shown.encode()).digest()))

    def act(exchange: Exchange) -> bytes:
        return exchange.once(request, lambda: seal.encrypt(work(exchange).SerializeToString()))

    try:
        return reply.FromString(seal.decrypt(await desk.write(act, topics)))
    except InvalidToken:
        said = f"request {request.id!r} of {request.agent} was made with another credential"
        raise RefusedError("REQUEST_CONFLICT", said, "Make a new request, under an id of its own") from None
