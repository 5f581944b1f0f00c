"""Whether a text gives away an item of a frozen exam: word for word, or by sharing most of its runs of words."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

RUN = 8
"""Words of a run. Of 4,557 learning probes of the calendar one shares any run of eight with the frozen exam of 210."""
SHARE = 0.5
"""Of an item's runs that a text may have before it counts as a leak: templates share some, copies share most."""


class FrozenExams:
    """The items of all frozen exams, by the name of each."""

    def __init__(self, exams: Mapping[str, Sequence[str]]) -> None:
        self._whole = dict[tuple[str, ...], str]()
        self._items = list[tuple[str, int]]()
        self._having = dict[tuple[str, ...], list[int]]()
        for exam, texts in exams.items():
            for number, text in enumerate(texts, 1):
                words = _words(text)
                self._whole.setdefault(words, f"item {number} of {exam}")
                if runs := _runs(words):
                    for run in runs:
                        self._having.setdefault(run, []).append(len(self._items))
                    self._items.append((f"item {number} of {exam}", len(runs)))

    def leak(self, question: str, text: str = "") -> str:
        """How a question, with the text that answers it, gives an item away; "" where it doesn't."""
        words = _words(question)
        if words in self._whole:
            return f"asks {self._whole[words]}"
        runs = _runs(words) | _runs(_words(text))
        shared = Counter(item for run in runs for item in self._having.get(run, ()))
        for item, count in shared.most_common(1):
            name, whole = self._items[item]
            if count >= SHARE * whole:
                return f"shares {count} of {whole} runs of {RUN} words with {name}"
        return ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[start : start + RUN] for start in range(len(words) - RUN + 1)}
