"""Backups of a gateway at work, restored on either store: what was acknowledged is there, and the swarm goes on."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from calendar_work import attempt, checkpoint, correct, fail_verdict, probe_of, probes

from swarm.backup.manifest import MANIFEST_FILE, Manifest, read_manifest, verify
from swarm.backup.restoring import Restored, restore
from swarm.backup.taking import take
from swarm.checkpoints import publish
from swarm.client import SwarmClient
from swarm.config import load
from swarm.errors import ConfigError, HeldError, RefusedError, StoreError
from swarm.exchange.checkup import examine
from swarm.exchange.schema import SCHEMA_VERSION
from swarm.exchange.stores import copy_store
from swarm.gateway.run_folder import STORE_FILE
from swarm.gateway.server import Settings, serving
from swarm.records import Probe, Sample
from swarm.roles import OWN_ROLES, Role
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Completion, FailKind, Failure, Stage
from tests.postgres import ask, database

pytestmark = pytest.mark.asyncio
SQLITE, POSTGRES = "sqlite", "postgresql"


@pytest.fixture
def other_database() -> Iterator[str]:
    with database() as url:
        yield url


@pytest.fixture(params=[SQLITE, POSTGRES])
def source(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the store that is backed up; "" is a file in the run folder."""
    if request.param == SQLITE:
        yield ""
    else:
        with database() as url:
            yield url


class Clients:
    """A client of each role of one run."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._open: dict[Role, SwarmClient] = {}

    def __getitem__(self, role: Role) -> SwarmClient:
        if role not in self._open:
            self._open[role] = SwarmClient.for_run(self._run, role, f"{role}-1", patience=2.0)
        return self._open[role]

    async def close(self) -> None:
        for client in self._open.values():
            await client.close()


@asynccontextmanager
async def served(run: Path, store: str = "") -> AsyncIterator[Clients]:
    clients = Clients(run)
    async with serving(Settings(run, "test", "calendar", store=store)):
        try:
            yield clients
        finally:
            await clients.close()


async def work(clients: Clients, seed: int) -> list[Sample]:
    """A bit of everything: done, failed, dead, leased and waiting."""
    made = probes(8, seed=seed)
    assert all(answer.ok for answer in await clients[Role.PROBER].publish(made))
    await attempt(clients[Role.STUDENT], "= nonsense")
    await fail_verdict(clients[Role.JUDGE])
    await correct(clients[Role.TEACHER])
    (rejected, _) = await clients[Role.STUDENT].lease(Stage.PROBES, 2)
    await clients[Role.STUDENT].fail([Failure(token=rejected.token, kind=FailKind.REJECT, reason="odd")])
    return made


def unsound(store: Path | str, folder: Path) -> list[str]:
    url, copy = store if isinstance(store, str) else f"sqlite:///{store}", folder / "examined"
    copy.unlink(missing_ok=True)
    copy_store(url, copy)
    return [finding.found for finding in examine(copy) if not finding.ok]


async def backed_up(run: Path, store: str, folder: Path) -> Manifest:
    """A backup of a new run that has worked."""
    async with served(run, store) as clients:
        await clients[Role.TRAINER].put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        await work(clients, 1)
        manifest, findings = await take(run, folder)
    assert all(finding.ok for finding in findings)
    return manifest


@pytest.mark.parametrize("target", [SQLITE, POSTGRES])
async def test_a_restored_swarm_goes_on_on_either_store(
    source: str, target: str, other_database: str, tmp_path: Path
) -> None:
    run, folder, again = tmp_path / "run", tmp_path / "backup", tmp_path / "again"
    store = other_database if target == POSTGRES else ""
    async with served(run, source) as clients:
        await clients[Role.TRAINER].put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        first = await work(clients, 1)
        before = await clients[Role.OPERATOR].state()
        listed = await clients[Role.OPERATOR].samples(limit=1000)
        manifest, _ = await take(run, folder)
        later = probes(5, seed=2)
        await clients[Role.PROBER].publish(later)
    assert (manifest.revision, manifest.samples, manifest.sound) == (before.revision, len(listed), True)
    done = restore(folder, again, store)
    assert (done.revision, done.epoch, done.released) == (manifest.revision, manifest.epoch + 1, 1)
    async with served(again, store) as clients:
        operator = clients[Role.OPERATOR]
        assert await operator.samples(limit=1000) == listed, "all that was acknowledged, nothing later"
        state = await operator.state()
        assert {q.stage: (q.accepted, q.leased, q.dead, q.unaccounted) for q in state.queues} == {
            q.stage: (q.accepted, 0, q.dead, 0) for q in before.queues
        }
        assert (state.cells, state.champion_id, state.corrections) == (before.cells, "base", 1)
        assert [answer.revision for answer in await clients[Role.PROBER].publish(first[:1])] == [first_revision(listed)]
        assert all(answer.ok for answer in await clients[Role.PROBER].publish(later))
        back = (await clients[Role.STUDENT].lease(Stage.PROBES))[0]
        assert back.attempt == 1, "a lease that the restoring ended burned no attempt"
        await clients[Role.STUDENT].fail([Failure(token=back.token, kind=FailKind.RELEASE, reason="")])
        await work(clients, 3)
        await clients[Role.TRAINER].put_checkpoint(checkpoint("c1").model_copy(update={"cursor": manifest.revision}))
        (letter, second) = await operator.dead_letters()
        assert [len(letter.history), len(second.history)] == [1, 1]
    assert unsound(store or again / STORE_FILE, tmp_path) == []


def first_revision(listed: list[Sample]) -> int:
    return next(sample.revision for sample in listed if sample.kind == "probe")


async def test_what_is_acknowledged_while_a_backup_is_taken_is_in_it_up_to_its_revision(
    source: str, tmp_path: Path
) -> None:
    run, stop = tmp_path / "run", asyncio.Event()
    async with served(run, source) as clients:
        acknowledged: dict[str, int] = {}

        async def publish(number: int) -> None:
            count = 0
            while not stop.is_set():
                made = probes(20, seed=1000 * number + count)
                answers = await clients[Role.PROBER].publish(made)
                acknowledged.update({answer.id: answer.revision for answer in answers if answer.ok})
                count += 1

        publishing = [asyncio.create_task(publish(number)) for number in range(3)]
        known = dict(acknowledged)
        taken = []
        for number in range(3):
            while len(acknowledged) < 100 * (number + 1):
                await clients[Role.OPERATOR].phase()
            known = dict(acknowledged)
            manifest, findings = await take(run, tmp_path / f"backup-{number}")
            assert all(finding.ok for finding in findings)
            assert manifest.revision >= max(known.values()), "what was acknowledged before it began is in it"
            taken.append(manifest)
        stop.set()
        await asyncio.gather(*publishing)
    assert len({manifest.revision for manifest in taken}) == 3
    for number, manifest in enumerate(taken):
        ids = ask(f"sqlite:///{tmp_path / f'backup-{number}' / STORE_FILE}", "SELECT id FROM samples")
        assert {row.id for row in ids} == {i for i, revision in acknowledged.items() if revision <= manifest.revision}


async def test_the_former_incarnation_holds_nothing_any_more(tmp_path: Path) -> None:
    run, again = tmp_path / "run", tmp_path / "again"
    async with served(run) as clients:
        await clients[Role.PROBER].publish(probes(2))
        lease = (await clients[Role.STUDENT].lease(Stage.PROBES, ttl_seconds=600))[0]
        issued, token = await clients[Role.OPERATOR].issue_credential("outsider", Role.PROBER)
        await take(run, tmp_path / "backup")
    done = restore(tmp_path / "backup", again)
    assert (done.epoch, done.released, done.revoked) == (1, 1, 1)
    assert not list((tmp_path / "backup").rglob("*.token")) + list((tmp_path / "backup").rglob("*.key"))
    async with served(again) as clients:
        (answer,) = await clients[Role.STUDENT].complete([Completion(token=lease.token, outputs=())])
        assert answer.code == "TOKEN_REFUSED"
        address = json.loads((again / "gateway.json").read_text())["address"]
        old = (run / "credentials" / "operator.token").read_text().strip()
        for credential, name, role in ((token, "outsider", Role.PROBER), (old, "operator", Role.OPERATOR)):
            async with SwarmClient(address, credential=credential, name=name, role=role, patience=1.0) as stranger:
                with pytest.raises(RefusedError) as refused:
                    await stranger.phase()
            assert refused.value.reason == "UNAUTHENTICATED"
        (known,) = await clients[Role.OPERATOR].credentials()
        assert (known.id, known.revoked_at is None) == (issued.id, False)


async def test_weights_come_along_and_are_found_again(tmp_path: Path) -> None:
    run, folder, again = tmp_path / "run", tmp_path / "backup", tmp_path / "again"
    made = {name: await asyncio.to_thread(published, run, name) for name in ("c1", "c2", "c3")}
    (run / "config.toml").write_text('[swarm]\nname = "test"\nrun = "elsewhere"\nbodies = "file:///shared"\n')
    async with served(run) as clients:
        await clients[Role.TRAINER].put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        for item in made.values():
            await clients[Role.TRAINER].put_checkpoint(item)
        shutil.rmtree(run / "checkpoints" / "c2")
        (run / "checkpoints" / "c3" / "weights").write_bytes(b"spoilt")
        manifest, _ = await take(run, folder)
        plain, _ = await take(run, tmp_path / "plain", with_weights=False)
    assert {kept.id: kept.included for kept in manifest.checkpoints} == {
        "base": False, "c1": True, "c2": False, "c3": False,
    }  # fmt: skip
    assert not any(kept.included for kept in plain.checkpoints)
    done = restore(folder, again)
    assert [kept.id for kept in done.elsewhere] == ["base"]
    shutil.rmtree(run)
    config = load(again / "config.toml")
    assert (config.swarm.run, config.swarm.bodies) == (str(again), ""), "what the former run has is not swept"
    async with served(again) as clients:
        stored = {item.id: item for item in await clients[Role.OPERATOR].checkpoints()}
        assert stored["c1"].url == f"file://{again}/checkpoints/c1"
        assert (again / "checkpoints" / "c1" / "weights").read_bytes() == b"weights of c1"
        assert stored["c1"].files == made["c1"].files
        assert (await clients[Role.OPERATOR].state()).revision == manifest.revision + 1, "a move is a change like any"


def published(run: Path, name: str) -> Checkpoint:
    folder = run / f"{name}.made"
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(f"weights of {name}".encode())
    url = f"file://{run}/checkpoints/{name}"
    files = publish(folder, url)
    return checkpoint(name).model_copy(update={"url": url, "files": files})


async def test_large_bodies_come_along(source: str, tmp_path: Path) -> None:
    run, again = tmp_path / "run", tmp_path / "again"
    long = [probe.model_copy(update={"payload": longer(probe)}) for probe in probes(3)]
    async with served(run, source) as clients:
        assert all(answer.ok for answer in await clients[Role.PROBER].publish(long))
        listed = await clients[Role.OPERATOR].samples()
        manifest, _ = await take(run, tmp_path / "backup")
        assert len([path for path in (run / "bodies").rglob("*") if path.is_file()]) == 3
        next(path for path in (run / "bodies").rglob("*") if path.is_file()).unlink()
        spoilt, _ = await take(run, tmp_path / "spoilt")
    assert (manifest.sound, spoilt.sound) == (True, False)
    shutil.rmtree(run)
    restore(tmp_path / "backup", again)
    async with served(again) as clients:
        assert await clients[Role.OPERATOR].samples() == listed
        more = [probe.model_copy(update={"payload": longer(probe)}) for probe in probes(1, seed=9)]
        assert all(answer.ok for answer in await clients[Role.PROBER].publish(more))
    assert unsound(again / STORE_FILE, tmp_path) == []


def longer(sample: Sample) -> Probe:
    probe = probe_of(sample)
    return probe.model_copy(update={"question": probe.question + " again" * 10_000})


async def test_what_is_no_sound_backup_is_refused(tmp_path: Path) -> None:
    run, folder = tmp_path / "run", tmp_path / "backup"
    manifest = await backed_up(run, "", folder)
    verify(folder, manifest)

    def refused(words: str) -> None:
        with pytest.raises(StoreError, match=words):
            restore(folder, tmp_path / "again")
        assert [path.name for path in tmp_path.iterdir() if "again" in path.name] == []

    content = bytearray((folder / STORE_FILE).read_bytes())
    content[5000] ^= 1
    (folder / STORE_FILE).write_bytes(content)
    refused("swarm.db has SHA-256")
    (folder / STORE_FILE).unlink()
    refused("lacks swarm.db")
    content[5000] ^= 1
    (folder / STORE_FILE).write_bytes(content)
    (folder / "more").write_text("more")
    refused("holds more, which is not in its manifest")
    (folder / "more").unlink()
    written = (folder / MANIFEST_FILE).read_text()
    newer = manifest.model_copy(update={"schema_version": SCHEMA_VERSION + 1})
    (folder / MANIFEST_FILE).write_text(newer.model_dump_json())
    refused(f"schema version {SCHEMA_VERSION + 1}, this program needs {SCHEMA_VERSION} or less")
    (folder / MANIFEST_FILE).write_text(written.replace('"format": 1', '"format": 2'))
    refused("isn't a manifest that this program reads")
    (folder / MANIFEST_FILE).unlink()
    refused("is no backup")
    (folder / MANIFEST_FILE).write_text(written)
    assert read_manifest(folder) == manifest
    assert restore(folder, tmp_path / "again").samples == manifest.samples


async def test_nothing_that_is_there_is_overwritten(other_database: str, tmp_path: Path) -> None:
    run, folder = tmp_path / "run", tmp_path / "backup"
    await backed_up(run, "", folder)
    with pytest.raises(ConfigError, match="is there already"):
        await take(run, folder)
    with pytest.raises(ConfigError, match="is there already"):
        restore(folder, run)
    assert isinstance(restore(folder, tmp_path / "one", other_database), Restored)
    with pytest.raises(StoreError, match="isn't empty"):
        restore(folder, tmp_path / "two", other_database)
    async with served(tmp_path / "one", other_database):
        with pytest.raises(HeldError, match="a gateway holds the store"):
            restore(folder, tmp_path / "two", other_database)
    assert not (tmp_path / "two").exists()


async def test_a_store_with_damage_is_backed_up_and_told_so(tmp_path: Path) -> None:
    run = tmp_path / "run"
    await backed_up(run, "", tmp_path / "backup")
    ask(f"sqlite:///{run / STORE_FILE}", "UPDATE samples SET payload = replace(payload, 'nonsense', 'sense')")
    manifest, findings = await take(run, tmp_path / "second")
    assert (manifest.sound, [finding.check for finding in findings if not finding.ok]) == (False, ["payloads"])
    content = bytearray((run / STORE_FILE).read_bytes())
    content[-8192:] = b"\x5a" * 8192
    (run / STORE_FILE).write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        await take(run, tmp_path / "third")
    assert not [path for path in tmp_path.iterdir() if "third" in path.name]


async def test_only_an_operator_may_copy_the_store(tmp_path: Path) -> None:
    async with served(tmp_path / "run") as clients:
        for number, role in enumerate(set(OWN_ROLES) - {Role.OPERATOR}):
            with pytest.raises(RefusedError) as refused:
                await clients[role].copy_store(tmp_path / f"copy-{number}")
            assert refused.value.reason == "FORBIDDEN"
        await clients[Role.OPERATOR].copy_store(tmp_path / "copy")
    assert unsound(tmp_path / "copy", tmp_path) == []
    assert '"method":"/swarm.v1.OperatorService/CopyStore"' in (tmp_path / "run" / "audit.log").read_text().replace(
        " ", ""
    )
