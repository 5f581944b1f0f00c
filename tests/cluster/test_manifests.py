"""The manifests close what they start: Ray asks for its token, and no stranger's pod reaches Ray or the gateway."""

from pathlib import Path
from typing import Any

import pytest
import ray
import yaml

MANIFESTS = Path(__file__).parents[2] / "cluster" / "manifests"
STRANGER = {"app": "somebody-else"}
Labels = dict[str, str]


def objects(kind: str) -> list[dict[str, Any]]:
    every = [item for file in sorted(MANIFESTS.glob("*.yaml")) for item in yaml.safe_load_all(file.read_text())]
    return [item for item in every if item["kind"] == kind]


def selects(selector: dict[str, Any], labels: Labels) -> bool:
    """Whether a selector by labels takes a pod; an empty one takes all."""
    return selector.get("matchLabels", {}).items() <= labels.items()


def admitted(policies: list[dict[str, Any]], caller: Labels, called: Labels) -> bool:
    """Whether a pod of the same namespace reaches another: all may, until some policy on ingress selects the called."""
    closed = [policy["spec"] for policy in policies if selects(policy["spec"]["podSelector"], called)]
    peers = [peer for spec in closed for rule in spec.get("ingress", []) for peer in rule["from"]]
    return not closed or any(selects(peer["podSelector"], caller) for peer in peers)


@pytest.fixture
def cluster() -> dict[str, Any]:
    (found,) = objects("RayCluster")
    return found


@pytest.fixture
def job() -> dict[str, Any]:
    (found,) = objects("Job")
    pod: dict[str, Any] = found["spec"]["template"]
    return pod


@pytest.fixture
def ray_pod(cluster: dict[str, Any]) -> Labels:
    """The label that KubeRay gives to head and workers."""
    return {"ray.io/cluster": cluster["metadata"]["name"]}


def test_the_cluster_asks_for_a_token_and_the_job_has_it(cluster: dict[str, Any], job: dict[str, Any]) -> None:
    assert cluster["spec"]["authOptions"] == {"mode": "token"}
    (container,) = job["spec"]["containers"]
    said = {variable["name"]: variable for variable in container["env"]}
    assert said["RAY_AUTH_MODE"]["value"] == "token"
    secret = said["RAY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert secret == {"name": cluster["metadata"]["name"], "key": "auth_token"}


def test_the_head_shows_its_dashboard_to_itself_alone(cluster: dict[str, Any]) -> None:
    assert cluster["spec"]["headGroupSpec"]["rayStartParams"]["dashboard-host"] == "127.0.0.1"
    assert cluster["spec"]["rayVersion"] == ray.__version__


def test_ray_and_the_gateway_reach_each_other(job: dict[str, Any], ray_pod: Labels) -> None:
    policies, gateway = objects("NetworkPolicy"), job["metadata"]["labels"]
    for caller, called in ((gateway, ray_pod), (ray_pod, gateway), (ray_pod, ray_pod)):
        assert admitted(policies, caller, called), f"{caller} does not reach {called}"


def test_a_stranger_is_kept_out(job: dict[str, Any], ray_pod: Labels) -> None:
    policies = objects("NetworkPolicy")
    assert all(policy["spec"]["policyTypes"] == ["Ingress"] for policy in policies)
    for called in (ray_pod, job["metadata"]["labels"]):
        assert not admitted(policies, STRANGER, called)
        assert admitted([], STRANGER, called), "without a policy the door is open"
