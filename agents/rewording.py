"""Rewording: a model says a probe in other words, and its words are kept only where they still mean the same."""

import re
from collections import Counter
from collections.abc import Sequence

from agents.engines.base import Engine, Request
from agents.prober import fingerprint, probe_of
from agents.prompting import chat, examples
from swarm.books import Books
from swarm.domains.base import Domain
from swarm.records import Cell, Origin, Probe, Sample

TASK = (
    "Say the user's text in other words, as another person would write it. Keep its meaning, and every name, number, "
    "date and time in it. Give the new text alone, on one line."
)
SHOTS = 6
_NUMBER = re.compile(r"\d+")


class Reworder:
    """Gives a prober's probes wordings that no grammar has.

    A wording is kept if its numbers are the old ones and if a second reading by the same model, which sees worked
    examples but neither the old text nor the reference, comes to an answer that the verifier accepts. A trap and its
    twin differ by one edit, so both are left as they are. `refused` counts what was not kept, by reason.
    """

    def __init__(self, domain: Domain, engine: Engine, cells: Sequence[Cell], *, max_new_tokens: int = 64) -> None:
        self._domain = domain
        self._engine = engine
        self._max_new_tokens = max_new_tokens
        worked = examples(domain, cells, SHOTS, "reworder")
        self._shown = [(question, reference.answer) for question, reference in worked]
        self.refused: Counter[str] = Counter()
        self.books = Books()

    async def act(self, samples: Sequence[Sample]) -> list[Sample]:
        """The samples in their order, those in new words whose wording holds. Raises EngineUnavailable."""
        lone = [sample for sample in samples if not probe_of(sample).twin_id]
        said = await self._ask([self._reworded(probe_of(sample)) for sample in lone])
        new: dict[str, Probe] = {}
        for sample, words in zip(lone, said, strict=True):
            if probe := self._sound(probe_of(sample), words.strip()):
                new[sample.id] = probe
        answers = await self._ask([self._reading(probe) for probe in new.values()])
        for (name, probe), answer in zip(list(new.items()), answers, strict=True):
            if not self._domain.verify(probe, answer.strip()).correct:
                self.refused["reworded: read otherwise"] += 1
                del new[name]
        return [sample.model_copy(update={"payload": new.get(sample.id, sample.payload)}) for sample in samples]

    async def _ask(self, requests: list[Request]) -> list[str]:
        done = await self._engine.generate(requests) if requests else []
        self.books.add(done)
        return [generation.text for generation in done]

    def _reworded(self, probe: Probe) -> Request:
        text = split(probe.question)[1]
        return Request(messages=chat(TASK, (), text), max_new_tokens=self._max_new_tokens, temperature=0.8)

    def _sound(self, probe: Probe, words: str) -> Probe | None:
        """The probe in these words; None where they can be seen to be unfit."""
        head, text = split(probe.question)
        if not words or "\n" in words or len(words) > 3 * len(text) + 40:
            self.refused["reworded: not one line of text"] += 1
        elif fingerprint(words) == fingerprint(text):
            self.refused["reworded: the same words"] += 1
        elif sorted(_NUMBER.findall(words)) != sorted(_NUMBER.findall(text)):
            self.refused["reworded: other numbers"] += 1
        else:
            changes = {"question": head + words, "origin": Origin.MODEL, "operator": "reworded"}
            return probe.model_copy(update=changes)
        return None

    def _reading(self, probe: Probe) -> Request:
        return Request(
            messages=chat(f"{self._domain.instructions}\nGive ANSWER alone.", self._shown, probe.question),
            max_new_tokens=self._max_new_tokens,
            regex=self._domain.answer_regex,
        )


def split(question: str) -> tuple[str, str]:
    """What stays (the lines before the last, and a label such as `Text: ` on it), and the text that is reworded."""
    head, line, last = question.rpartition("\n")
    label = re.match(r"[A-Z][a-z]*: ", last)
    at = label.end() if label else 0
    return head + line + last[:at], last[at:]
