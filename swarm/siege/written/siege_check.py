"""Whether a reply to a case is right. Written by `swarm siege export`; pytest, promptfoo and lm-eval all judge by it.

Where the package nucleus-swarm is installed, its domain's own verifier decides, as it did in the siege. Elsewhere a
reply is right where it gives the answer that is wanted in the same spelling: that needs nothing, and is stricter.
"""

from typing import Any


def judged(case: dict[str, Any], reply: str) -> tuple[bool, str]:
    """Whether a reply is right, and why."""
    try:
        from swarm.siege.regression import verified
    except ImportError:
        return spelled(case, reply)
    return verified(case["domain"], case["cell"], case["question"], case["answer"], reply)


def spelled(case: dict[str, Any], reply: str) -> tuple[bool, str]:
    """Whether each answer in a reply is spelled as the one that is wanted; one stands behind the case's mark."""
    mark = case["mark"].strip()
    lines = [line.strip() for line in reply.strip().splitlines() if line.strip()]
    marked = [line.removeprefix(mark) for line in lines if mark and line.startswith(mark)]
    given = [" ".join(answer.split()) for answer in marked or lines[-1:]]
    wanted = " ".join(case["answer"].split())
    right = bool(given) and all(answer.casefold() == wanted.casefold() for answer in given)
    return right, f"wanted {wanted!r}, got {given}; compared letter by letter, since nucleus-swarm is not installed"


def get_assert(output: str, context: dict[str, Any]) -> dict[str, Any]:
    """The assertion of promptfoo: a test's variables are its case."""
    right, why = judged(context["vars"], output)
    return {"pass": right, "score": float(right), "reason": why}


def process_results(doc: dict[str, Any], results: list[str]) -> dict[str, float]:
    """The metric of lm-evaluation-harness."""
    return {"right": float(judged(doc, results[0])[0])}
