"""The shapes that a field of a record may have: how long a text may be, which letters an id, how large a number."""

import re
from typing import Annotated

from pydantic import Field

TEXT_LIMIT = 262_144
NOTE_LIMIT = 8_192
LINE_LIMIT = 1_024
_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_CONTROLS_OF_A_NOTE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"

Text = Annotated[str, Field(max_length=TEXT_LIMIT)]
"""What somebody wrote, verbatim: any characters, 256 Ki of them at most."""
Note = Annotated[str, Field(max_length=NOTE_LIMIT, pattern=f"^[^{_CONTROLS_OF_A_NOTE}]*$")]
"""What an agent says of itself or of its work: lines without control characters, 8 Ki characters at most."""
Line = Annotated[str, Field(max_length=LINE_LIMIT, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line without control characters, 1 Ki characters at most."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""A part of a key, such as a subdomain: no slash, which parts them."""
Id = Annotated[str, Field(pattern=f"^{_ID}$")]
"""The name of a checkpoint or exam; it is the name of a folder, too, so nothing in it leads anywhere else."""
MaybeId = Annotated[str, Field(pattern=f"^({_ID})?$")]
"""The same, or empty for none."""
AgentName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
ROLE_NAME = r"^[a-z][a-z0-9-]{0,31}$"
RoleName = Annotated[str, Field(pattern=ROLE_NAME)]
"""What a role is called: 1 to 32 lower-case letters, digits and hyphens. Its queue, if it has its own, is called so."""
MaybeRoleName = Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,31})?$")]
"""The same, or empty for none."""
AGENT_NAME_FIX = "Send 1 to 64 lower-case letters, digits, `.`, `_` or `-`, beginning with a letter or digit"
Key = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A word by which things are told to belong together, or empty for none."""
SAMPLE_ID = "^[0-9a-f]{32}$"
SampleId = Annotated[str, Field(pattern=SAMPLE_ID)]
"""32 lower-case hexadecimal digits."""
MaybeSampleId = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
"""The same, or empty for none."""
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""64 lower-case hexadecimal digits."""
Count = Annotated[int, Field(ge=0, le=10**12)]
"""How many; a million million at most, so that sums of them stay far within 64 bits."""
Number = Annotated[int, Field(ge=0, le=2**31 - 2)]
"""A version or ordinal; the next one still fits 32 bits."""
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
"""A stretch of time, 31 years at most."""


def as_note(text: str) -> str:
    """A text that anybody may have written, as a Note: control characters replaced, cut at its limit."""
    return re.sub(f"[{_CONTROLS_OF_A_NOTE}]", "\N{REPLACEMENT CHARACTER}", text)[:NOTE_LIMIT]
