"""Student versions: their arrival, the exams that decide over them, and who serves."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from swarm.asking import Making
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.flow import Code
from swarm.exchange.ledger import digest_of
from swarm.exchange.lessons import keep_lessons, lessons_of, line_of
from swarm.exchange.log import append, current_revision
from swarm.exchange.part import Part
from swarm.exchange.schema import checkpoints, exams
from swarm.exchange.store import read_meta, write_meta
from swarm.students import Checkpoint, CheckpointStatus, ExamRecord, PromotionDecision

_ARRIVES_AS = (CheckpointStatus.BASE, CheckpointStatus.CANDIDATE)
_SERVED = (CheckpointStatus.BASE, CheckpointStatus.RETIRED, CheckpointStatus.GRADUATE)


class Students(Part):
    """Checkpoints, promotions and the champion."""

    def put_checkpoint(
        self, checkpoint: Checkpoint, learned: Sequence[str] = (), replayed: Sequence[str] = ()
    ) -> Checkpoint:
        """Register a base or a candidate, and with it how far the log of corrections was read. Idempotent by id.

        `learned` and `replayed` are ids of the corrections that its rounds since its parent learned from: those that
        were new, and older ones, as often as they were put. The base serves until a candidate is promoted. Raises
        RefusedError: INVALID for another status, a cursor beyond the log or an id that is no correction's, CONFLICT
        for other weights under a known id or a second base.
        """
        with self._store.write() as connection:
            if stored := checkpoint_of(connection, checkpoint.id):
                if _weights(stored) == _weights(checkpoint):
                    return stored
                raise RefusedError(
                    Code.CONFLICT, f"checkpoint {checkpoint.id!r} is stored with other weights", "Give it a new id"
                )
            if checkpoint.status not in _ARRIVES_AS:
                raise RefusedError(
                    Code.INVALID, f"a checkpoint can't arrive as {checkpoint.status}", "Send it as base or candidate"
                )
            if checkpoint.cursor > current_revision(connection):
                raise RefusedError(
                    Code.INVALID,
                    f"cursor {checkpoint.cursor} is beyond the log ({current_revision(connection)})",
                    "Save the revision of the last correction that was read",
                )
            if checkpoint.status is CheckpointStatus.BASE:
                self._crown_base(connection, checkpoint.id)
            reign = int(read_meta(connection, "reign"))
            row = {
                "id": checkpoint.id,
                "cursor": checkpoint.cursor,
                "reign": reign,
                "revision": 0,
                "body": "",
                "status": "",
            }
            connection.execute(insert(checkpoints), row)
            keep_lessons(connection, checkpoint.id, learned, replayed)
            return self._save(connection, checkpoint)

    def checkpoints(self) -> list[Checkpoint]:
        """All student versions, oldest first."""
        with self._store.read() as connection:
            return all_checkpoints(connection)

    def making(self, checkpoint_id: str) -> Making:
        """A checkpoint, how its exam ended, and what it and those that it was trained from have learned.

        Raises RefusedError NOT_FOUND.
        """
        with self._store.read() as connection:
            line = line_of(connection, checkpoint_id)
            decided = (item for item in all_promotions(connection) if item.candidate_id == checkpoint_id)
            return Making(checkpoint=line[0], decision=next(decided, None), line=lessons_of(connection, line))

    def champion(self) -> Checkpoint | None:
        """The version that serves; None before the base has arrived."""
        with self._store.read() as connection:
            return checkpoint_of(connection, read_meta(connection, "champion_id"))

    def rollback(self, checkpoint_id: str) -> Checkpoint:
        """Let an earlier champion (or the base) serve again. Raises RefusedError NOT_FOUND or CONFLICT."""
        with self._store.write() as connection:
            target = checkpoint_of(connection, checkpoint_id)
            if target is None:
                raise RefusedError(Code.NOT_FOUND, f"there is no checkpoint {checkpoint_id!r}", "List the checkpoints")
            if checkpoint_id == read_meta(connection, "champion_id"):
                return target
            if target.status not in _SERVED:
                raise RefusedError(
                    Code.CONFLICT,
                    f"checkpoint {checkpoint_id!r} is {target.status} and never served",
                    "Name one that did",
                )
            self._crown(connection, target, "rolled back to")
            found = checkpoint_of(connection, checkpoint_id)
            assert found is not None
            return found

    def submit_exam(self, exam: ExamRecord, decision: PromotionDecision) -> PromotionDecision:
        """Store an exam with the decision over it, and let the candidate serve or reject it, all in one.

        Idempotent by the exam's id. Raises RefusedError: INVALID where exam and decision name different checkpoints,
        CONFLICT where the exam's id is taken, its champion no longer serves or its candidate is already decided.
        """
        sent = digest_of(exam, {"revision"})
        with self._store.write() as connection:
            taken = connection.execute(select(exams).where(exams.c.id == exam.id)).first()
            if taken is not None:
                if taken.digest == sent:
                    return PromotionDecision.model_validate_json(taken.decision)
                raise RefusedError(Code.CONFLICT, f"exam {exam.id!r} is stored with other items", "Give it a new id")
            candidate = self._examinable(connection, exam, decision)
            now = self._store.now()
            revision = append(connection, EventKind.PROMOTION, exam.id, now, decision)
            decision = decision.model_copy(update={"revision": revision})
            bodies = {"exam": exam.model_copy(update={"revision": revision}).model_dump_json()}
            bodies["decision"] = decision.model_dump_json()
            connection.execute(insert(exams), {"id": exam.id, "revision": revision, "digest": sent, **bodies})
            if decision.promoted:
                score = f"{decision.wins} wins, {decision.losses} losses, E = {decision.e_value:.3g}"
                self._crown(connection, candidate, f"promoted by exam {exam.id}: {score}")
            else:
                reason = "; ".join(decision.blocked_by) or "not promoted"
                rejected = {"status": CheckpointStatus.REJECTED, "reason": reason}
                self._save(connection, candidate.model_copy(update=rejected))
        return decision

    def promotions(self) -> list[PromotionDecision]:
        """Every decision over a candidate, in order."""
        with self._store.read() as connection:
            return all_promotions(connection)

    def exam(self, exam_id: str) -> ExamRecord:
        """A stored exam with all its items. Raises RefusedError NOT_FOUND."""
        with self._store.read() as connection:
            body = connection.scalar(select(exams.c.exam).where(exams.c.id == exam_id))
        if body is None:
            raise RefusedError(Code.NOT_FOUND, f"there is no exam {exam_id!r}", "List the promotions")
        return ExamRecord.model_validate_json(body)

    def graduate(self, connection: Connection) -> None:
        """Mark the champion as the one that a certificate is about; the base keeps its own status."""
        champion = checkpoint_of(connection, read_meta(connection, "champion_id"))
        if champion is not None and champion.status is CheckpointStatus.CHAMPION:
            self._save(connection, champion.model_copy(update={"status": CheckpointStatus.GRADUATE}))

    def _examinable(self, connection: Connection, exam: ExamRecord, decision: PromotionDecision) -> Checkpoint:
        named = (exam.id, exam.candidate_id, exam.champion_id)
        decided = (decision.exam_id, decision.candidate_id, decision.champion_id)
        if named != decided:
            raise RefusedError(
                Code.INVALID, f"the decision is over {decided}, the exam over {named}", "Decide it again"
            )
        champion_id = read_meta(connection, "champion_id")
        if exam.champion_id != champion_id:
            raise RefusedError(
                Code.CONFLICT,
                f"exam {exam.id!r} compares with {exam.champion_id!r}, but {champion_id!r} serves now",
                "Examine the candidate against the champion",
            )
        candidate = checkpoint_of(connection, exam.candidate_id)
        if candidate is None:
            raise RefusedError(
                Code.NOT_FOUND, f"there is no checkpoint {exam.candidate_id!r}", "Put the candidate first"
            )
        if candidate.status is not CheckpointStatus.CANDIDATE:
            raise RefusedError(
                Code.CONFLICT, f"checkpoint {candidate.id!r} is {candidate.status} already", "Examine another candidate"
            )
        return candidate

    def _crown(self, connection: Connection, successor: Checkpoint, reason: str) -> None:
        """Let `successor` serve from now on, and retire who served."""
        former = checkpoint_of(connection, read_meta(connection, "champion_id"))
        if former is not None and former.status is not CheckpointStatus.BASE:
            self._save(connection, former.model_copy(update={"status": CheckpointStatus.RETIRED}))
        reign = int(read_meta(connection, "reign")) + 1
        write_meta(connection, "reign", str(reign))
        write_meta(connection, "champion_id", successor.id)
        connection.execute(update(checkpoints).where(checkpoints.c.id == successor.id).values(reign=reign))
        base = successor.status is CheckpointStatus.BASE
        status = CheckpointStatus.BASE if base else CheckpointStatus.CHAMPION
        self._save(connection, successor.model_copy(update={"status": status, "reason": reason}))

    def _crown_base(self, connection: Connection, checkpoint_id: str) -> None:
        base = select(checkpoints.c.id).where(checkpoints.c.status == CheckpointStatus.BASE)
        if (known := connection.scalar(base)) is not None:
            raise RefusedError(
                Code.CONFLICT, f"{checkpoint_id!r} would be a second base beside {known!r}", "Begin a new run folder"
            )
        write_meta(connection, "champion_id", checkpoint_id)

    def _save(self, connection: Connection, checkpoint: Checkpoint) -> Checkpoint:
        revision = append(connection, EventKind.CHECKPOINT, checkpoint.id, self._store.now(), checkpoint)
        stored = checkpoint.model_copy(update={"revision": revision})
        values = {"status": stored.status, "revision": revision, "body": stored.model_dump_json()}
        connection.execute(update(checkpoints).where(checkpoints.c.id == stored.id).values(values))
        return stored


def all_checkpoints(connection: Connection) -> list[Checkpoint]:
    """All student versions, in the order of their arrival."""
    arrived = select(checkpoints.c.body).order_by(checkpoints.c.number)
    return [Checkpoint.model_validate_json(body) for body in connection.scalars(arrived)]


def all_promotions(connection: Connection) -> list[PromotionDecision]:
    """Every decision over a candidate, in order."""
    bodies = connection.scalars(select(exams.c.decision).order_by(exams.c.revision))
    return [PromotionDecision.model_validate_json(body) for body in bodies]


def checkpoint_of(connection: Connection, checkpoint_id: str) -> Checkpoint | None:
    """A student version as it stands; None where there is none of that id."""
    body = connection.scalar(select(checkpoints.c.body).where(checkpoints.c.id == checkpoint_id))
    return Checkpoint.model_validate_json(body) if body else None


def _weights(checkpoint: Checkpoint) -> tuple[object, ...]:
    files = sorted((file.path, file.sha256) for file in checkpoint.files)
    return checkpoint.parent_id, checkpoint.adapter, checkpoint.cursor, files
