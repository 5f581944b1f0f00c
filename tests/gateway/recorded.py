"""A client that is made from a descriptor set and knows nothing else: what an agent of another time or language has."""

from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass

from swarm.access import read_credential
from swarm.roles import Role


class Recorded:
    """Calls methods of the set's contract by name, with dicts for messages."""

    def __init__(self, contract: FileDescriptorSet, channel: grpc.aio.Channel, run_dir: Path) -> None:
        self._pool, self._channel, self._run_dir = DescriptorPool(), channel, run_dir
        for file in contract.file:
            self._pool.Add(file)

    async def call(self, role: Role, method: str, request: dict[str, Any], limit: float = 20.0) -> dict[str, Any]:
        """The answer to `SERVICE.METHOD`; its fields that the set doesn't have are left out."""
        service, _, name = method.partition(".")
        found: Any = self._pool.FindServiceByName(f"swarm.v1.{service}").FindMethodByName(name)
        asked, answered = GetMessageClass(found.input_type), GetMessageClass(found.output_type)
        kind = "unary_stream" if found.server_streaming else "unary_unary"
        path = f"/swarm.v1.{service}/{name}"
        send: Any = getattr(self._channel, kind)(path, asked.SerializeToString, answered.FromString)
        token = read_credential(self._run_dir, role)
        metadata = (("authorization", f"Bearer {token}"), ("swarm-agent", f"{role}-1"))
        made = send(ParseDict(request, asked()), metadata=metadata, timeout=limit)
        if found.server_streaming:
            first = await made.read()
            made.cancel()
        else:
            first = await made
        said = MessageToDict(first, preserving_proto_field_name=True, descriptor_pool=self._pool)
        return dict(said)
