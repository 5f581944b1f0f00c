"""What the evolution of rubrics brings, and what becomes of it where nobody tests it."""

from bench.evolver.arms import ARMS, Trail, trail
from bench.evolver.error import JudgeError, evolved, judge_error

__all__ = ["ARMS", "JudgeError", "Trail", "evolved", "judge_error", "trail"]
