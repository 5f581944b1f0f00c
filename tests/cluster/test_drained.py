"""Which of its own agents the supervisor starts again."""

import pytest

from cluster.supervisor import Worker


@pytest.mark.parametrize(
    ("not_before", "drained", "due"),
    [
        (10.0, set(), True),
        (10.0, {"teacher-1"}, True),
        (10.0, {"teacher-0"}, False),
        (30.0, set(), False),
        (0.0, set(), False),
    ],
    ids=["died", "another is drained", "drained", "not yet", "done"],
)
def test_one_that_is_drained_is_not_started_again_until_it_is_let_back(
    not_before: float, drained: set[str], due: bool
) -> None:
    worker = Worker("teacher-0", start=None, not_before=not_before)
    assert worker.is_due(drained, now=20.0) is due
    worker.run = "under way"
    assert not worker.is_due(set(), now=20.0)
