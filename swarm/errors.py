"""The errors that the project raises on purpose, each with what to do about it.

SwarmError                 anything below; `exit_code` is what the command line ends with
├── ConfigError            a setting is missing, unknown or out of range
├── UnavailableError       the gateway is away; asking again later may help
├── RefusedError           the gateway understood and said no; `reason` is a code such as CONFLICT
├── StoreError             the database can't be opened, read or written
│   ├── HeldError          another gateway is the active one of this store; a standby waits for it
│   └── DeposedError       another gateway took this store over; this one must end and never write again
├── WeightsError           a file of a model is missing or isn't what its manifest says
├── EngineUnavailable      a model engine isn't healthy; work that needs it is released, not failed
└── BudgetExhausted        tokens, time or money that were set aside are spent
"""


class SwarmError(Exception):
    """A failure with its message (naming the value received) and its fix (what to do)."""

    exit_code = 1

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message, fix)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}. {self.fix}" if self.fix else self.message


class ConfigError(SwarmError):
    """A setting is missing, unknown or out of range."""

    exit_code = 2


class UnavailableError(SwarmError):
    """The gateway is away."""

    exit_code = 69


class RefusedError(SwarmError):
    """The gateway understood the call and said no; `reason` is a code of swarm.reasons, the same over every door.

    `retry_seconds` above 0 says after what time the very same call may succeed; `field` names the field at fault, as in
    `Sample.payload.probe.question`, where it is one.
    """

    exit_code = 77

    def __init__(self, reason: str, message: str, fix: str = "", retry_seconds: float = 0.0, field: str = "") -> None:
        super().__init__(message, fix)
        self.args = (reason, message, fix, retry_seconds, field)
        self.reason = reason
        self.retry_seconds = retry_seconds
        self.field = field


class StoreError(SwarmError):
    """The database can't be opened, read or written."""

    exit_code = 74


class HeldError(StoreError):
    """Another gateway is the active one of this store."""


class DeposedError(StoreError):
    """Another gateway took this store over; this one must end and never write again."""


class WeightsError(SwarmError):
    """A file of a model is missing or isn't what its manifest says."""

    exit_code = 65


class EngineUnavailable(SwarmError):
    """A model engine isn't healthy; work that needs it is released, not failed."""

    exit_code = 75


class BudgetExhausted(SwarmError):
    """Tokens, time or money that were set aside are spent."""

    exit_code = 75
