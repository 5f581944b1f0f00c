"""The transformers engine over a tiny student of random weights: batches whose rows end early, or begin alike."""

import pytest

from agents.engines.base import Request
from agents.engines.transformers_engine import MIN_SHARED, STRETCH, TransformersEngine
from swarm.errors import EngineUnavailable
from tests.trainers.tiny_student import tiny_folder

LONG = "one( and one){12}"
PROMPTS = [f"Number {number}: is it true?\n" for number in range(12)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> TransformersEngine:
    return TransformersEngine(tiny_folder(tmp_path_factory.mktemp("tiny"), spread=0.5), threads=1, batch=16)


async def test_forced_rows_that_have_ended_leave_the_others_to_go_on(engine: TransformersEngine) -> None:
    asked = [Request(prompt=prompt, regex=f"(no|{LONG})", max_new_tokens=7 * STRETCH) for prompt in PROMPTS]
    done = await engine.generate(asked)
    lengths = {made.text: made.completion_tokens for made in done}
    assert set(lengths) == {"no", "one" + " and one" * 12}
    assert min(lengths.values()) < STRETCH < 2 * STRETCH < max(lengths.values())
    assert not any(made.truncated for made in done)
    assert [(await engine.generate([one]))[0].text for one in asked[:4]] == [made.text for made in done[:4]]


async def test_a_beginning_that_all_share_changes_no_text(engine: TransformersEngine) -> None:
    beginning = "Here is what everybody learns at school, wherever they live. " * 6
    asked = [Request(prompt=beginning + prompt, regex=f"(no|{LONG})", max_new_tokens=7 * STRETCH) for prompt in PROMPTS]
    tokens = [(await engine.generate([one]))[0].prompt_tokens for one in asked[:1]]
    assert tokens[0] > MIN_SHARED
    together = await engine.generate(asked)
    alone = [(await engine.generate([one]))[0] for one in asked[:6]]
    assert [made.text for made in together[:6]] == [made.text for made in alone]
    assert together[0].prompt_tokens == tokens[0]


async def test_each_batch_is_written_down(engine: TransformersEngine) -> None:
    with engine.diary.serving("whoever came before", "generate"):
        pass
    with engine.diary.serving("student-0", "generate"):
        (done,) = await engine.generate([Request(prompt=PROMPTS[0], max_new_tokens=2)])
        await engine.logprobs([("One, two,", " three")], "")
    one, two = engine.diary.read()[-2:]
    assert [(spell.what, spell.who, spell.checkpoint_id) for spell in (one, two)] == [
        ("generate", "student-0", ""),
        ("score", "student-0", ""),
    ]
    assert (one.prompt_tokens, one.completion_tokens) == (done.prompt_tokens, done.completion_tokens)


async def test_weights_that_were_not_taken_are_refused(engine: TransformersEngine) -> None:
    engine.diary.read()
    with pytest.raises(EngineUnavailable, match="c9"), engine.diary.serving("student-0", "generate"):
        await engine.generate([Request(prompt=PROMPTS[0], checkpoint_id="c9")])
    assert engine.diary.read() == ()
