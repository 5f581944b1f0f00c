"""`swarm export-samples`: what it writes is what the run holds, and what datasets and DuckDB read."""

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from tests.cli.conftest import Cli


@pytest.fixture(params=["stored_run", "live_run"])
def run(request: pytest.FixtureRequest) -> Path:
    """A run with its gateway, and one without."""
    return request.getfixturevalue(request.param)


def exported(cli: Cli, run: Path, to: Path, *words: object) -> dict[str, object]:
    code, said, error = cli("export-samples", run, "--to", to, "--json", *words)
    assert code == 0, error
    return json.loads(said)


def test_every_sample_is_a_row(cli: Cli, run: Path, tmp_path: Path) -> None:
    done = exported(cli, run, tmp_path / "all.parquet")
    _, said, _ = cli("samples", "--run", run, "--oldest", "--limit", 1000, "--json")
    held = json.loads(said)
    rows = pq.read_table(tmp_path / "all.parquet").to_pylist()
    assert done["rows"] == len(rows) == len(held)
    assert [(row["id"], row["kind"], row["revision"]) for row in rows] == [
        (sample["id"], sample["payload"]["kind"], sample["revision"]) for sample in held
    ]
    for row, sample in zip(rows, held, strict=True):
        payload = sample["payload"]
        assert row["tier"] == sample["tier"] == "inside"
        asked = {"correction": "taught_question"}.get(payload["kind"], "question")
        assert row[asked] == (payload.get("question") or None)
        for name in ("text", "explanation", "rationale", "species", "prompt_tokens", "passed"):
            assert row[name] == payload.get(name)
    about = pq.read_schema(tmp_path / "all.parquet").metadata
    assert (about[b"swarm"], about[b"revision"]) == (b"test", str(done["revision"]).encode())


def test_datasets_and_duckdb_read_it(cli: Cli, run: Path, tmp_path: Path) -> None:
    done = exported(cli, run, tmp_path / "folder")
    (file,) = done["files"]
    assert Path(file).parent == tmp_path / "folder"
    loaded = load_dataset("parquet", data_files=done["files"], split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.num_rows == done["rows"]
    counted = duckdb.sql(f"SELECT kind, count(*) FROM '{tmp_path}/folder/*.parquet' GROUP BY kind").fetchall()
    assert sum(count for _, count in counted) == done["rows"]
    assert {kind for kind, _ in counted} >= {"probe", "attempt", "verdict", "correction"}
    taught = loaded.filter(lambda row: row["kind"] == "correction")
    assert all(row["answer"] for row in taught)


def test_joined_rows_are_verdicts_with_their_families(cli: Cli, run: Path, tmp_path: Path) -> None:
    done = exported(cli, run, tmp_path / "joined.parquet", "--joined", "--verdict", "fail")
    rows = pq.read_table(tmp_path / "joined.parquet").to_pylist()
    _, said, _ = cli("samples", "--run", run, "--verdict", "fail", "--limit", 1000, "--json")
    assert {row["verdict_id"] for row in rows} == {sample["id"] for sample in json.loads(said)}
    assert done["joined"] is True
    _, said, _ = cli("sample", rows[0]["verdict_id"], "--run", run, "--json")
    family = {sample["payload"]["kind"]: sample for sample in json.loads(said)["samples"]}
    row = rows[0]
    assert row["question"] == family["probe"]["payload"]["question"]
    assert row["text"] == family["attempt"]["payload"]["text"]
    assert (row["correction_id"], row["answer"]) == (
        family["correction"]["id"],
        family["correction"]["payload"]["answer"],
    )
    unjudged = exported(cli, run, tmp_path / "passed.parquet", "--joined", "--verdict", "pass")
    passed = pq.read_table(tmp_path / "passed.parquet").to_pylist()
    assert len(passed) == unjudged["rows"] > 0
    assert all(row["correction_id"] is None for row in passed)


def test_filters_narrow_it_to_nothing_if_need_be(cli: Cli, run: Path, tmp_path: Path) -> None:
    probes = exported(cli, run, tmp_path / "probes.parquet", "--kind", "probe", "--cell", "absolute/rain/date")
    found = pq.read_table(tmp_path / "probes.parquet").to_pylist()
    assert {(row["kind"], row["subdomain"], row["weather"]) for row in found} == {("probe", "absolute", "rain")}
    later = exported(cli, run, tmp_path / "later.parquet", "--kind", "probe", "--since", found[0]["revision"])
    assert later["rows"] == exported(cli, run, tmp_path / "p.parquet", "--kind", "probe")["rows"] - 1
    none = exported(cli, run, tmp_path / "none.parquet", "--since", probes["revision"])
    assert none["rows"] == pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_what_is_there_is_not_overwritten_and_nothing_half_done_stays(
    cli: Cli, stored_run: Path, tmp_path: Path
) -> None:
    target = tmp_path / "there.parquet"
    target.write_text("mine")
    code, _, said = cli("export-samples", stored_run, "--to", target)
    assert (code, "exists" in said, target.read_text()) == (2, True, "mine")
    code, _, said = cli("export-samples", stored_run, "--to", tmp_path / "x", "--kind", "thought")
    assert (code, "--kind is 'thought'" in said) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["there.parquet"]
