from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import records_pb2 as _records_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IssueCredentialRequest(_message.Message):
    __slots__ = ("name", "role", "ttl_seconds", "tier", "declared_role")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    DECLARED_ROLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: _state_pb2.Role
    ttl_seconds: float
    tier: _records_pb2.Tier
    declared_role: str
    def __init__(self, name: _Optional[str] = ..., role: _Optional[_Union[_state_pb2.Role, str]] = ..., ttl_seconds: _Optional[float] = ..., tier: _Optional[_Union[_records_pb2.Tier, str]] = ..., declared_role: _Optional[str] = ...) -> None: ...

class IssueCredentialResponse(_message.Message):
    __slots__ = ("credential", "token")
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    credential: _state_pb2.Credential
    token: str
    def __init__(self, credential: _Optional[_Union[_state_pb2.Credential, _Mapping]] = ..., token: _Optional[str] = ...) -> None: ...

class RotateCredentialRequest(_message.Message):
    __slots__ = ("id", "ttl_seconds", "overlap_seconds")
    ID_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    ttl_seconds: float
    overlap_seconds: float
    def __init__(self, id: _Optional[str] = ..., ttl_seconds: _Optional[float] = ..., overlap_seconds: _Optional[float] = ...) -> None: ...

class RotateCredentialResponse(_message.Message):
    __slots__ = ("credential", "token")
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    credential: _state_pb2.Credential
    token: str
    def __init__(self, credential: _Optional[_Union[_state_pb2.Credential, _Mapping]] = ..., token: _Optional[str] = ...) -> None: ...

class RevokeCredentialRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class RevokeCredentialResponse(_message.Message):
    __slots__ = ("credential",)
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    credential: _state_pb2.Credential
    def __init__(self, credential: _Optional[_Union[_state_pb2.Credential, _Mapping]] = ...) -> None: ...

class SetTierRequest(_message.Message):
    __slots__ = ("name", "tier", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    tier: _records_pb2.Tier
    reason: str
    def __init__(self, name: _Optional[str] = ..., tier: _Optional[_Union[_records_pb2.Tier, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class SetTierResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: _state_pb2.Standing
    def __init__(self, standing: _Optional[_Union[_state_pb2.Standing, _Mapping]] = ...) -> None: ...

class ListCredentialsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListCredentialsResponse(_message.Message):
    __slots__ = ("credentials",)
    CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    credentials: _containers.RepeatedCompositeFieldContainer[_state_pb2.Credential]
    def __init__(self, credentials: _Optional[_Iterable[_Union[_state_pb2.Credential, _Mapping]]] = ...) -> None: ...
