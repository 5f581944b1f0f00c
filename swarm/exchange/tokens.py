"""Lease tokens: opaque, signed, and good only for the agent that holds the lease."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

_SIGNATURE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token claims: this delivery (generation) of this sample in this stage."""

    stage: str
    sample_id: str
    generation: int

    def text(self) -> str:
        """The claim in the form that is signed."""
        return f"{self.stage}/{self.sample_id}/{self.generation}"


class TokenSigner:
    """Signs and reads lease tokens with one key (HMAC-SHA-256)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError(f"lease key has {len(key)} bytes; give at least 16 random ones (secrets.token_bytes(32))")
        self._key = key

    def sign(self, claim: Claim, agent: str) -> str:
        """The token of one delivery to one agent."""
        text = claim.text().encode()
        return urlsafe_b64encode(self._signature(text, agent) + text).decode()

    def read(self, token: str, agent: str) -> Claim | None:
        """The claim, or None where the token wasn't signed with this key for this agent."""
        try:
            raw = urlsafe_b64decode(token.encode())
        except (Base64Error, ValueError):
            return None
        signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(text, agent)):
            return None
        stage, sample_id, generation = text.decode().split("/")
        return Claim(stage, sample_id, int(generation))

    def _signature(self, text: bytes, agent: str) -> bytes:
        return hmac.digest(self._key, text + b"\n" + agent.encode(), hashlib.sha256)
