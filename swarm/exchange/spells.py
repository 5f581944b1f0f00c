"""What engines and the trainer group spent their time on, as they report it; nothing rests on it but the profile."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from swarm.exchange.part import Part
from swarm.exchange.schema import spells
from swarm.exchange.store import micros, moment
from swarm.spells import AWAY, GATEWAY, Spell

_PLAIN = ("place", "what", "who", "checkpoint_id", "prompt_tokens", "completion_tokens")


class Spells(Part):
    """Kept for as long as the event log reaches back."""

    def add_spells(self, reported: Sequence[Spell]) -> None:
        """Keep these, too."""
        rows = [
            {"began": micros(spell.began), "ended": micros(spell.ended), **spell.model_dump(include=set(_PLAIN))}
            for spell in reported
        ]
        if rows:
            with self._store.write() as connection:
                connection.execute(insert(spells), rows)

    def spells(self) -> list[Spell]:
        """All that are kept, by their beginnings."""
        with self._store.read() as connection:
            rows = connection.execute(select(spells).order_by(spells.c.began, spells.c.number)).mappings().all()
        return [
            Spell(began=moment(row["began"]), ended=moment(row["ended"]), **{name: row[name] for name in _PLAIN})
            for row in rows
        ]


def was_away(connection: Connection, began: int, ended: int) -> None:
    """Nobody had the store open between these two times; none at all, where the clock was set back meanwhile."""
    ended = max(began, ended)
    tokens = {"prompt_tokens": 0, "completion_tokens": 0}
    row = {"place": GATEWAY, "what": AWAY, "who": "", "checkpoint_id": "", "began": began, "ended": ended, **tokens}
    connection.execute(insert(spells), row)


def drop_spells(connection: Connection, horizon: int, portion: int) -> bool:
    """Drop what was reported before the first spell that ended after the horizon; whether more may be left."""
    first = connection.scalar(select(spells.c.number).order_by(spells.c.number).limit(1))
    if first is None:
        return False
    kept = select(spells.c.number).where(spells.c.ended >= horizon, spells.c.number < first + portion)
    young = connection.scalar(kept.order_by(spells.c.number).limit(1))
    reach = first + portion if young is None else young
    return connection.execute(delete(spells).where(spells.c.number < reach)).rowcount == portion
