"""How one rubric differs from another: what it decides by, whether it is shorter, and the difference in lines."""

from collections.abc import Iterator

from swarm.criteria import Criterion, Rubric

Key = tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


def decides_by(rubric: Rubric) -> Key:
    """What a rubric decides by, apart from wording, order and version: equal keys give equal verdicts."""
    told = [("holds", criterion) for criterion in rubric.criteria] + [("fails if", clause) for clause in rubric.clauses]
    return tuple(sorted((how, one.check, tuple(sorted(one.params.items()))) for how, one in told))


def size(rubric: Rubric) -> tuple[int, int]:
    """How long a rubric is: criteria and clauses, then parameters. Ties go to the shorter."""
    criteria = (*rubric.criteria, *rubric.clauses)
    return len(criteria), sum(len(criterion.params) for criterion in criteria)


def difference(before: Rubric, after: Rubric) -> list[str]:
    """One line for each criterion, clause or dimension that went (`-`), came (`+`) or changed (`~`), in their order."""
    old, new = _parts(before), _parts(after)
    return [*_gone(old, new), *_came(old, new)]


def _gone(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name, said in old.items():
        if name not in new:
            yield f"- {name}: {said}"
        elif new[name] != said:
            yield f"~ {name}: {said} -> {new[name]}"


def _came(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name, said in new.items():
        if name not in old:
            yield f"+ {name}: {said}"


def _parts(rubric: Rubric) -> dict[str, str]:
    parts = {criterion.id: in_short(criterion) for criterion in rubric.criteria}
    for dimension in rubric.dimensions:
        clause = f", fails if {in_short(dimension.fails_if)}" if dimension.fails_if else ""
        parts[f"dimension {dimension.id}"] = ", ".join(dimension.criteria) + clause
    return parts


def in_short(criterion: Criterion) -> str:
    """A criterion as one reads it in a list: its check with the parameters, and whether it is a veto."""
    params = "".join(f" {name}={value!r}" for name, value in criterion.params.items())
    return f"{criterion.check}{params}{' (veto)' if criterion.veto else ''}"
