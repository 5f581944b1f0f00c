"""A client of the gateway that knows nothing of this project: it learns the contract by gRPC reflection."""

from typing import Any

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class _Bearer(grpc.StreamStreamClientInterceptor, grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Adds the credential, as any client in any language would."""

    def __init__(self, token: str) -> None:
        self._metadata = (("authorization", f"Bearer {token}"),)

    def intercept_stream_stream(self, continuation: Any, details: Any, request_iterator: Any) -> Any:
        return continuation(self._with(details), request_iterator)

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._with(details), request)

    def _with(self, details: Any) -> Any:
        return details._replace(metadata=self._metadata)


def state_by_reflection(address: str, token: str) -> Any:
    """The answer to SwarmService.GetState."""
    with grpc.insecure_channel(address) as plain:
        channel = grpc.intercept_channel(plain, _Bearer(token))
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = DescriptorPool(database)
        assert "swarm.v1.SwarmService" in database.get_services()
        method: Any = pool.FindServiceByName("swarm.v1.SwarmService").FindMethodByName("GetState")
        request, reply = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        call = channel.unary_unary("/swarm.v1.SwarmService/GetState", request.SerializeToString, reply.FromString)
        return call(request())
