"""The sections of a config on what is kept: personal data that is replaced before, and how long the rest stays."""

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from swarm.errors import ConfigError
from swarm.privacy import PRODUCTION, load_screen
from swarm.sections import Section


class PrivacySection(Section):
    """What personal data the gateway replaces by `[kind]` in every text that comes in, before it is stored.

    Nothing unless told, but in reports from production: the calendar's questions are made of dates, times and numbers,
    which look like telephone's.
    """

    redact: tuple[str, ...] = Field(
        (),
        description="built-in kinds: `email`, `phone`, `iban`, `card`, `ip`, `token` (keys and passwords of programs)",
    )
    production: tuple[str, ...] = Field(
        PRODUCTION, description="built-in kinds that are replaced, besides, in what people report from production"
    )
    patterns: dict[str, str] = Field(
        default_factory=dict, description="kinds of your own: name to regular expression (of the package `regex`)"
    )
    hook: str = Field(
        "",
        pattern=r"^([A-Za-z_][\w.]*:[A-Za-z_]\w*)?$",
        description="`module:function`, from text to text, called after all patterns; the same text must give the same",
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> "PrivacySection":
        try:
            load_screen([*self.redact, *self.production], self.patterns, "")
        except ConfigError as error:
            raise PydanticCustomError("privacy", "{said}", {"said": str(error)}) from None
        return self


class RetentionSection(Section):
    """How long the store keeps what nothing rests on. Samples, exams and phases stay; 0 keeps everything."""

    events_days: float = Field(
        30, ge=0, description="days for which the event log can be watched from; it then begins later"
    )
    history_days: float = Field(
        30, ge=0, description="days for which burned deliveries of finished samples are told apart; then only counted"
    )
