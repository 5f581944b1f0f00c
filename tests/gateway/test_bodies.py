"""Large samples over the gateway: their bodies lie in the run folder, and a lost one has a name of its own."""

from pathlib import Path

import pytest
from calendar_work import probe_of, probes
from gateway_rig import Clients

from swarm.errors import RefusedError
from swarm.exchange.bodies import FOLDER
from swarm.gateway.run_folder import STORE_FILE
from swarm.records import Sample
from swarm.roles import Role

pytestmark = pytest.mark.asyncio


def long(sample: Sample) -> Sample:
    question = probe_of(sample).question + " and so on" * 5_000
    return sample.model_copy(update={"payload": probe_of(sample).model_copy(update={"question": question})})


async def test_a_large_sample_lies_beside_the_store_until_it_is_forgotten(clients: Clients, tmp_path: Path) -> None:
    first, second = map(long, probes(2))
    assert all(answer.ok for answer in await clients(Role.PROBER).publish([first, second]))
    held = await clients(Role.OPERATOR).samples("probe")
    assert [sample.payload for sample in held] == [first.payload, second.payload]
    assert b"and so on" not in b"".join(file.read_bytes() for file in tmp_path.glob(f"{STORE_FILE}*"))
    bodies = {file for file in (tmp_path / FOLDER).rglob("*") if file.is_file()}
    assert len(bodies) == 2
    assert (await clients(Role.OPERATOR).forget(sample_id=first.id)).scrubbed
    (left,) = (file for file in bodies if file.exists())
    left.write_text("{}")
    with pytest.raises(RefusedError, match=f"the body of sample {second.id} is damaged") as refused:
        await clients(Role.OPERATOR).lineage(second.id)
    assert refused.value.reason == "BODY_LOST"
