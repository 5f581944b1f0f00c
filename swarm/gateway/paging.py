"""Page tokens (AIP-158): opaque, signed, and good only for the request that they answered."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import Any

from swarm.errors import RefusedError

_SIGNATURE_BYTES = 16
_FREE = ("page_token", "page_size", "limit", "read_mask")
"""What may differ from page to page."""


class Paging:
    """Makes and reads the tokens of all lists. A token holds what says where the list goes on."""

    def __init__(self, key: bytes) -> None:
        """`key` is secret; tokens are good as long as it is the same, beyond a restart."""
        self._key = hmac.digest(key, b"page tokens", hashlib.sha256)

    def token(self, request: Any, *place: int | str) -> str:
        """The token by which a list that answers the request goes on at a place."""
        text = json.dumps(place).encode()
        return urlsafe_b64encode(self._signature(request, text) + text).decode().rstrip("=")

    def read(self, request: Any) -> tuple[Any, ...] | None:
        """The place in a request's token; None where it has none, and asks for the first page.

        Raises RefusedError (INVALID) where the token isn't one of this very request.
        """
        if not request.page_token:
            return None
        try:
            raw = urlsafe_b64decode(request.page_token + "=" * (-len(request.page_token) % 4))
        except (Base64Error, ValueError):
            raw = b""
        signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(request, text)):
            field = f"{request.DESCRIPTOR.name}.page_token"
            raise RefusedError(
                "INVALID",
                f"{field} is {request.page_token[:40]!r}, which is no token of this list with these filters",
                "Send the filters and the order of the first page, or leave the token out to begin anew",
                field=field,
            )
        return tuple(json.loads(text))

    def _signature(self, request: Any, text: bytes) -> bytes:
        bound = type(request)()
        bound.CopyFrom(request)
        for name in _FREE:
            if name in bound.DESCRIPTOR.fields_by_name:
                bound.ClearField(name)
        asked = f"{bound.DESCRIPTOR.full_name}\n".encode() + bound.SerializeToString(deterministic=True)
        return hmac.digest(self._key, hashlib.sha256(asked).digest() + text, hashlib.sha256)[:_SIGNATURE_BYTES]
