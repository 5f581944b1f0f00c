"""The model judge: decides what no program can, and is never believed beyond its words."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from agents.engines.base import Engine, Message, Request
from agents.prompting import DATA, examples, quoted, quoting_chat
from swarm.books import Books
from swarm.criteria import Criterion
from swarm.domains.base import Domain
from swarm.rubric_cases import Case, Outcome, Rung, plain_words

SHOTS = 4
"""Worked examples that it is shown before it answers by itself."""

COMPARE = (
    "Two people answered the same question. Say yes if both answers mean the same, in whatever words, and no if they "
    f"differ in anything that was asked. {DATA}"
)
CRITERION = (
    "Say whether an attempt meets a criterion. If it does, write yes and quote the words of the attempt that show it, "
    f'as in yes: "the words". If it does not, or you are not sure, write no. {DATA}'
)
SAID = re.compile(r'\s*(?:no\b|yes: "(?P<quote>[^"\n]{1,160})")', re.IGNORECASE)
FORM = r'(no|yes: "[^"\n]{1,160}")'


@dataclass(frozen=True)
class Question:
    """One criterion of one attempt that is left to a model."""

    case: Case
    criterion: Criterion

    @property
    def candidate(self) -> str:
        """The answer that the attempt comes to."""
        return self.case.reading.answers[-1] if self.case.reading.answers else ""


@dataclass(frozen=True)
class Reading:
    """How a model reads a candidate's answer: the same as the right one, and the same as the model's own."""

    own: str
    right: bool
    agrees: bool

    @property
    def disputed(self) -> bool:
        """Whether the two don't go together."""
        return self.right != self.agrees


class Assessor:
    """One model. `forced` says whether its engine can hold it to a form; else what is out of form counts as no."""

    def __init__(self, domain: Domain, engine: Engine, name: str, *, blind: bool = True, forced: bool = True) -> None:
        self._domain = domain
        self._engine = engine
        self._blind = blind
        self._forced = forced
        self.name = name
        self.books = Books()
        worked = examples(domain, domain.cells(), SHOTS, "judge") if blind else []
        self._shown = [(question, reference.answer) for question, reference in worked]

    async def read(self, questions: Sequence[Question]) -> list[Reading]:
        """First it answers each question by itself, then it compares: it never sees whose answer is which.

        Where it isn't blind it only compares with the right answer.
        """
        rights = [_reference(question) for question in questions]
        to_right = [self._comparison(one, right) for one, right in zip(questions, rights, strict=True)]
        if not self._blind:
            held = await self._yes(to_right)
            return [Reading("", same, same) for same in held]
        asked = list(dict.fromkeys(question.case.probe.question for question in questions))
        own = dict(zip(asked, await self._ask([self._own(text) for text in asked]), strict=True))
        mine = [own[question.case.probe.question].strip() for question in questions]
        to_own = [self._comparison(one, said) for one, said in zip(questions, mine, strict=True)]
        held = await self._yes(to_right + to_own)
        agreed = [
            same or plain_words(said) == plain_words(one.candidate)
            for one, said, same in zip(questions, mine, held[len(questions) :], strict=True)
        ]
        return [Reading(*each) for each in zip(mine, held[: len(questions)], agreed, strict=True)]

    async def check(self, questions: Sequence[Question]) -> list[Outcome]:
        """Whether each attempt meets its criterion, and by which words; whether it says them is looked at later."""
        found = [SAID.match(text) for text in await self._ask([self._criterion(question) for question in questions])]
        return [_met(hit, self.name) for hit in found]

    async def _ask(self, requests: list[Request]) -> list[str]:
        done = await self._engine.generate(requests) if requests else []
        self.books.add(done)
        return [generation.text for generation in done]

    async def _yes(self, requests: list[Request]) -> list[bool]:
        return [re.match(r"\s*yes\b", text, re.IGNORECASE) is not None for text in await self._ask(requests)]

    def _own(self, question: str) -> Request:
        said = quoting_chat(f"{self._domain.instructions}\nGive ANSWER alone.", self._shown, question, _word())
        return self._request(said, self._domain.answer_regex, 48)

    def _comparison(self, question: Question, other: str) -> Request:
        word = _word()
        parts = (question.case.probe.question, question.candidate, other)
        asked, one, two = (quoted(part, word) for part in parts)
        turn = f"The question:\n{asked}\nOne answer:\n{one}\nThe other answer:\n{two}\nDo they mean the same?"
        return self._request(_chat(COMPARE, turn), "(yes|no)", 2)

    def _criterion(self, question: Question) -> Request:
        word = _word()
        asked, attempt = quoted(question.case.probe.question, word), quoted(question.case.text, word)
        turn = f"The question:\n{asked}\nThe attempt:\n{attempt}\nThe criterion: {question.criterion.text}"
        return self._request(_chat(CRITERION, turn), FORM, 64)

    def _request(self, messages: tuple[Message, ...], regex: str, tokens: int) -> Request:
        return Request(messages=messages, max_new_tokens=tokens, regex=regex if self._forced else "")


class ModelJudge:
    """A first assessor, and a jury that is asked only where the first one's two readings don't go together.

    An answer passes where the first finds it the same both as the right one and as its own. A dispute passes where most
    of all assessors do so, the first included; without a jury it fails. The jury has no say in other criteria.
    """

    def __init__(self, first: Assessor, jury: Sequence[Assessor] = ()) -> None:
        self._first = first
        self._jury = tuple(jury)

    @property
    def name(self) -> str:
        """The models, as a calibration names them."""
        return " + ".join(assessor.name for assessor in (self._first, *self._jury))

    @property
    def books(self) -> Books:
        """What the first one's and the jury's calls have cost."""
        total = Books()
        total.add(assessor.books for assessor in (self._first, *self._jury))
        return total

    async def decide(self, questions: Sequence[Question]) -> list[Outcome]:
        """One outcome for each question, in order. Raises EngineUnavailable."""
        answers = [question for question in questions if question.criterion.check == "verifier"]
        others = [question for question in questions if question.criterion.check != "verifier"]
        decided = [*await self._answers(answers), *await self._first.check(others)]
        by_question = dict(zip(map(id, [*answers, *others]), decided, strict=True))
        return [by_question[id(question)] for question in questions]

    async def _answers(self, questions: Sequence[Question]) -> list[Outcome]:
        readings = await self._first.read(questions)
        disputed = [place for place, reading in enumerate(readings) if reading.disputed]
        asked = [questions[place] for place in disputed]
        votes = await asyncio.gather(*(juror.read(asked) for juror in self._jury)) if asked else []
        tallies = {place: sum(_for(vote[number]) for vote in votes) for number, place in enumerate(disputed)}
        return [
            self._ruled(question, reading, tallies.get(place))
            for place, (question, reading) in enumerate(zip(questions, readings, strict=True))
        ]

    def _ruled(self, question: Question, reading: Reading, votes: int | None) -> Outcome:
        said = f"its own answer is {reading.own[:80]!r}"
        if votes is None:
            why = "the same as the right answer" if reading.right else "not the same as the right answer"
            return Outcome(_for(reading), question.candidate, f"{self._first.name}: {why}; {said}", Rung.MODEL)
        if not self._jury:
            why = "disputed, and there is no jury"
            return Outcome(False, question.candidate, f"{self._first.name}: {why}; {said}", Rung.MODEL)
        seats = len(self._jury) + 1
        return Outcome(2 * votes > seats, question.candidate, f"{votes} of {seats} for it; {said}", Rung.JURY)


def _for(reading: Reading) -> bool:
    return reading.right and reading.agrees


def _reference(question: Question) -> str:
    reference = question.case.probe.reference
    if reference is None:
        raise ValueError(f"probe of {question.case.probe.cell.key} has no reference; a judge must be given it")
    return reference.answer


def _met(hit: re.Match[str] | None, name: str) -> Outcome:
    quote = hit["quote"] if hit else None
    why = "out of form" if hit is None else "not met" if quote is None else "met"
    return Outcome(quote is not None, quote or "", f"{name}: {why}", Rung.MODEL)


def _chat(instructions: str, turn: str) -> tuple[Message, ...]:
    return Message(role="system", content=instructions), Message(role="user", content=turn)


def _word() -> str:
    return secrets.token_hex(8)
