"""`swarm apply` and `swarm topology` over a real gateway: what is taken live, what is refused, and what is drawn."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from swarm.config import load
from tests.cli.conftest import Cli

SAME = '[swarm]\nname = "test"\nseed = 7\n'
CRITIC = '[flow.critic]\nconsumes = "failures"\nstands = "before teacher"\n'
CURATOR = '[flow.curator]\nconsumes = "verdicts"\n'


def config(folder: Path, text: str) -> Path:
    file = folder / "changed.toml"
    file.write_text(text)
    return file


def test_roles_are_put_in_place_and_drawn_and_go_again(cli: Cli, live_run: Path, tmp_path: Path) -> None:
    code, out, _ = cli("apply", config(tmp_path, SAME + CRITIC + CURATOR), "--run", live_run)
    assert (code, out.strip().endswith("critic, curator")) == (0, True)
    assert list(load(live_run / "config.toml").flow) == ["critic", "curator"]
    text = cli("topology", "--run", live_run)[1]
    assert "critic (gate)" in text
    assert "[critic] 0 waiting, 0 leased, 0 agents, 0 dropped; pass -> teacher" in text
    assert "failures -> critic, verdicts ~> curator" in text
    chart = cli("topology", "--mermaid", "--run", live_run)[1]
    assert chart.startswith("flowchart TD\n")
    assert "  judge -.->|verdicts| curator" in chart
    drawn = ElementTree.fromstring(cli("topology", "--svg", "--run", live_run)[1])
    assert "critic (gate)" in [part.text for part in drawn.iter("{http://www.w3.org/2000/svg}text")]
    told = json.loads(cli("topology", "--json", "--run", live_run)[1])
    assert [role["role"] for role in told["roles"]] == ["prober", "student", "judge", "critic", "teacher", "curator"]
    assert {"start": "critic", "end": "teacher", "goes": "pass", "copies": False} in told["ways"]
    assert '"critic"' in cli("status", "--json", "--run", live_run)[1]
    code, out, _ = cli("apply", config(tmp_path, SAME), "--json", "--run", live_run)
    assert (code, json.loads(out)["roles"]) == (0, [])
    assert "critic" not in cli("topology", "--run", live_run)[1]


def test_other_changes_are_refused_by_name_and_change_nothing(cli: Cli, live_run: Path, tmp_path: Path) -> None:
    changed = config(tmp_path, SAME.replace("7", "8") + "[trainer]\nbatch = 3\n" + CRITIC)
    code, _, error = cli("apply", changed, "--run", live_run)
    assert (code, "also changes swarm.seed, trainer.batch, which" in error) == (2, True)
    assert "critic" not in cli("topology", "--run", live_run)[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CRITIC.replace("teacher", "prober"), "critic stands before 'prober', who takes no work from a stage"),
        (CURATOR + 'completes_with = "probe"\n', "a cycle without a bound: curator -> student -> judge -> curator"),
        ("[flow.judge]\nconsumes = 'passes'\n", "the name 'judge' is taken"),
        ("[flow.critic]\nconsume = 'passes'\n", "did you mean 'consumes'?"),
    ],
)
def test_a_flow_that_can_not_be_is_refused_before_it_is_sent(
    cli: Cli, live_run: Path, tmp_path: Path, text: str, said: str
) -> None:
    code, _, error = cli("apply", config(tmp_path, SAME + text), "--run", live_run)
    assert (code, said in error) == (2, True), error


def test_two_kinds_of_drawing_at_once_are_refused(cli: Cli, live_run: Path) -> None:
    code, _, error = cli("topology", "--svg", "--mermaid", "--run", live_run)
    assert (code, "more than one of" in error) == (2, True)
