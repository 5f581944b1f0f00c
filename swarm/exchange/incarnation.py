"""A store that was restored is another incarnation of its swarm: nothing that the former one handed out holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, update

from swarm.exchange.flow import State
from swarm.exchange.schema import LEASED, credentials, queue, trials
from swarm.exchange.store import read_meta, write_meta
from swarm.exchange.students import Students, checkpoint_of


@dataclass(frozen=True, slots=True)
class Begun:
    """What beginning again has come to."""

    epoch: int
    released: int
    """Leases that went back to their queues, and loans to agents in quarantine."""
    revoked: int
    """Credentials that were issued and had not ended."""


class Incarnation(Students):
    """Begins a restored swarm again."""

    def begin_again(self, urls: Mapping[str, str]) -> Begun:
        """Raise the epoch, take every lease back without burning an attempt, and revoke what was issued.

        One that was revoked after the backup would otherwise be good again. `urls` says where checkpoints (by id) are
        now, which is a change of each like any other. In PostgreSQL this fences out the caller, too: open it again.
        """
        with self._store.write() as connection:
            now, epoch = self._store.now(), int(read_meta(connection, "epoch") or 0) + 1
            write_meta(connection, "epoch", str(epoch))
            back = {"state": State.READY, "generation": queue.c.generation + 1, "lease_agent": "", "ready_at": now}
            released = connection.execute(update(queue).where(LEASED).values(**back, answered="", answer="")).rowcount
            # What was lent beside the queues may be lent again, and nobody is blamed for not bringing it back.
            released += connection.execute(delete(trials).where(trials.c.open)).rowcount
            good = update(credentials).where(credentials.c.revoked_at.is_(None), credentials.c.expires_at > now)
            revoked = connection.execute(good.values(revoked_at=now)).rowcount
            for checkpoint_id, url in urls.items():
                found = checkpoint_of(connection, checkpoint_id)
                if found is not None and found.url != url:
                    self._save(connection, found.model_copy(update={"url": url}))
        return Begun(epoch, released, revoked)
