"""What goes into one round of training and what comes out of it."""

from swarm.records import Record


class Example(Record):
    """One thing to learn: the text a student is given and the text it should have written.

    `sample_id` is the correction's; `is_new` is False for replay. `general` marks a text of the base's own, which
    answers no sample.
    """

    sample_id: str
    prompt: str
    completion: str
    is_new: bool = True
    general: bool = False


class RoundSettings(Record):
    """How one round trains. `batch` counts examples of one optimizer step on one of the `workers`."""

    batch: int
    workers: int = 1
    seed: int
    max_length: int = 512
    folder: str = "."


class RoundBooks(Record):
    """The books of one round: mean loss (nats per completion token), tokens and examples seen, seconds."""

    loss: float
    tokens: int
    examples: int
    seconds: float
