"""sandbox_judge.py: judges programs by running them. What an attempt holds is run by a test program, in a sandbox.

    TESTS=tests.py RUBRIC=1 SWARM_CREDENTIAL=TOKEN python sandbox_judge.py --target HOST:PORT --ca ca.pem

The test program finds `answer.py` (the attempt's last code block, or all of it) and `question.txt` in /in, and ends
with exit code 0 where the answer is right. It should start the answer as a process of its own: what runs inside it
could end it with 0. Where programs can't be kept in, the judge says so and ends before it has leased anything.
"""

import os
import re

from sandbox import PYTHON, NoSandbox, Ran, Sandbox

from swarm.agent import run
from swarm.errors import ConfigError, EngineUnavailable
from swarm.records import Attempt, Finding, Probe, Verdict
from swarm.roles import Role
from swarm.work import Lease

MOST_WORDS = 500
_BLOCK = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)


class SandboxJudge:
    """Passes an attempt if the test program says that what it holds does what it should."""

    role = Role.JUDGE

    def __init__(self) -> None:
        self._tests = read(os.environ.get("TESTS", "tests.py"))
        self._rubric = int(os.environ.get("RUBRIC", "1"))
        self._sandbox = Sandbox()
        self._sandbox.prove()

    def act(self, lease: Lease) -> Verdict:
        attempt, probe = lease.nearest(Attempt), lease.nearest(Probe)
        files = {"tests.py": self._tests, "answer.py": program_in(attempt.text), "question.txt": probe.question}
        try:
            ran = self._sandbox.run(files, [PYTHON, "-I", "/in/tests.py"])
        except NoSandbox as error:
            raise EngineUnavailable(str(error)) from error  # no fault of the attempt: it goes back as it came
        passed = ran.code == 0 and not ran.stopped
        return Verdict(
            passed=passed,
            rubric_version=self._rubric,
            decided_by="sandbox",
            findings=(Finding(criterion="tests", passed=passed),),
            explanation=outcome(ran),
            species="" if passed else f"{probe.cell.subdomain}/{'stopped' if ran.stopped else 'fails-its-tests'}",
        )


def program_in(text: str) -> str:
    """The last code block of a text, or all of it."""
    blocks = _BLOCK.findall(text)
    return str(blocks[-1]) if blocks else text


def outcome(ran: Ran) -> str:
    """What came of a run, with the end of what it wrote."""
    head = f"it {ran.stopped}" if ran.stopped else f"the tests ended with exit code {ran.code}"
    said = ran.output.strip()[-MOST_WORDS:]
    return f"{head}: {said}" if said else head


def read(file: str) -> str:
    """The test program. Raises ConfigError where it can't be read."""
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read()
    except OSError as error:
        raise ConfigError(f"TESTS is {file!r}: {error.strerror}", "Name a Python program") from error


if __name__ == "__main__":
    run(SandboxJudge)
