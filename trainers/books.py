"""What the group keeps beside its weights, and what rank 0 tells the workers: records, so that they can be saved."""

from typing import Literal

from swarm.records import Record
from swarm.students import Checkpoint
from trainers.recipes import Example


class Order(Record):
    """What rank 0 tells every worker to do next. `revert_to` is the folder of the champion's weights."""

    kind: Literal["train", "publish", "wait", "revert", "end"]
    examples: tuple[Example, ...] = ()
    revert_to: str = ""
    recipe: str = ""
    candidate: bool = False


class Publication(Record):
    """A candidate whose weights are written, and what its rounds learned from. Announcing it again changes nothing."""

    checkpoint: Checkpoint
    learned: tuple[str, ...]
    replayed: tuple[str, ...]


class GroupBooks(Record):
    """What a resume needs to know beside the weights; saved with them, so that neither can run ahead of the other."""

    cursor: int = 0
    passed_over: tuple[int, ...] = ()
    """Before the cursor, but still waiting for a share."""
    rounds: int = 0
    rounds_since_candidate: int = 0
    corrections: int = 0
    tokens: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    recipe: str = ""
    """That of the last round."""
    parent_id: str = ""
    publication: Publication | None = None
    """The candidate of this very state: the gateway may not have heard of it."""


def books_of(champion: Checkpoint) -> GroupBooks:
    """What was known of the training when a champion was published."""
    return GroupBooks(
        cursor=champion.cursor,
        corrections=champion.corrections_trained,
        tokens=champion.tokens_trained,
        seconds=champion.train_seconds,
        loss=champion.loss,
        recipe=champion.recipe,
        parent_id=champion.id,
    )
