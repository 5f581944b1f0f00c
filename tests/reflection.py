"""A client of the gateway that knows nothing of this project: it learns the contract by gRPC reflection."""

from typing import Any, Self

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict
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


class Stranger:
    """Calls methods by their names, with requests made of plain values."""

    def __init__(self, address: str, token: str) -> None:
        self._plain = grpc.insecure_channel(address)
        self._channel = grpc.intercept_channel(self._plain, _Bearer(token))
        self._database = ProtoReflectionDescriptorDatabase(self._channel)
        self._pool = DescriptorPool(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._plain.close()

    def call(self, service: str, method: str, values: dict[str, Any]) -> Any:
        """The answer to a method."""
        assert service in self._database.get_services()
        found: Any = self._pool.FindServiceByName(service).FindMethodByName(method)
        request, reply = GetMessageClass(found.input_type), GetMessageClass(found.output_type)
        call = self._channel.unary_unary(f"/{service}/{method}", request.SerializeToString, reply.FromString)
        return call(ParseDict(values, request()))


def state_by_reflection(address: str, token: str) -> Any:
    """The answer to SwarmService.GetState."""
    with Stranger(address, token) as stranger:
        return stranger.call("swarm.v1.SwarmService", "GetState", {})
