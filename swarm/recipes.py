"""The settings of each recipe: one table `[recipes.NAME]` of the config for each file of trainers/recipes."""

from pydantic import Field, field_validator

from swarm.sections import Section


class RecipeSection(Section):
    """What every recipe has."""

    rate: float = Field(1.0, gt=0, le=10, description="learning rate, as a multiple of trainer.learning_rate")


class CotSection(RecipeSection):
    """Cross-entropy on rationale and answer."""

    chains: int = Field(30, ge=1, le=30, description="most verified chains of one question; the same number for each")


class StepByStepSection(RecipeSection):
    """Cross-entropy on the answer, and beside it on the rationale as a task of its own; only the answer is decoded."""

    label_weight: float = Field(0.5, ge=0, le=1, description="weight of the answer's loss; the rationale has the rest")
    label_prefix: str = Field("", description="stands before a question whose answer is learned, as when in use")
    rationale_prefix: str = Field("Explain. ", description="stands before a question whose rationale is learned")


class SpinSection(RecipeSection):
    """The correction is preferred to the student's own attempt, against the weights before the round."""

    rate: float = Field(0.1, gt=0, le=10, description="learning rate, as a multiple of trainer.learning_rate")
    beta: float = Field(0.1, gt=0, description="how much the student may move away from the weights before the round")


class SampledSection(RecipeSection):
    """What every recipe has that learns from what the student writes."""

    max_new_tokens: int = Field(64, ge=1, description="tokens that the student writes to a question")
    temperature: float = Field(1.0, gt=0, description="temperature at which it writes")


class OnPolicySection(SampledSection):
    """Reverse KL to a teacher of the same vocabulary, on what the student writes."""

    teacher: str = Field("", description="weights of the teacher: a name that swarm.weights knows, or a folder")
    beta: float = Field(1.0, ge=0, le=1, description="1: reverse KL; 0: forward KL; between: Jensen-Shannon")


class SelfDistillSection(SampledSection):
    """Reverse KL to the student itself that is shown the correction, on what it writes without."""

    template: str = Field(
        "{privileged_context}\n\n{prompt}", description="what the teaching student is shown; must hold both names"
    )

    @field_validator("template")
    @classmethod
    def _holds_both(cls, template: str) -> str:
        if "{prompt}" not in template or "{privileged_context}" not in template:
            raise ValueError("must hold {prompt} and {privileged_context}")
        return template


class GrpoSection(SampledSection):
    """Reinforcement from the verifier and a rubric, on groups of the student's answers."""

    rate: float = Field(0.1, gt=0, le=10, description="learning rate, as a multiple of trainer.learning_rate")
    group: int = Field(4, ge=2, description="answers to one question")
    clip_low: float = Field(0.2, gt=0, lt=1, description="how far below 1 a token's probability ratio counts")
    clip_high: float = Field(0.28, gt=0, description="how far above 1")
    kl: float = Field(0.001, ge=0, description="weight of the KL to the base in the first stage")
    kl_growth: float = Field(2.0, ge=1, description="factor from one stage to the next")
    kl_rounds: int = Field(8, ge=1, description="rounds of a stage")
    rubric: str = Field("reward", description="criteria beside the verifier: NAME of `rubrics/NAME.yaml`, or a path")
    rubric_weight: float = Field(0.2, ge=0, description="their reward, all criteria kept; the verifier's is 1")
    criteria_dropout: float = Field(0.4, ge=0, lt=1, description="share of the criteria that a group doesn't see")


class RecipesSection(Section):
    """The settings of each recipe; `trainer.recipe` says which one trains, and when."""

    cot: CotSection = CotSection()
    step_by_step: StepByStepSection = StepByStepSection()
    spin: SpinSection = SpinSection()
    on_policy: OnPolicySection = OnPolicySection()
    self_distill: SelfDistillSection = SelfDistillSection()
    grpo: GrpoSection = GrpoSection()
