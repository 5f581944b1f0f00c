"""Books of cost: everything that an arm has used to come to a point of its curve."""

from bench.books import Books


class CostBooks(Books):
    """Running totals of one curve. A label read for any decision counts, in the column of what it was read for."""

    gold_train: int = 0
    gold_dev: int = 0
    """Dev labels that tuning and choices between settings have read; reporting reads the same ones again."""
    gold_calibration: int = 0
    gold_exam: int = 0
    human_explanations: int = 0
    palm_answers: int = 0
    composed_labels: int = 0
    """Items that operators made of bought ones and that the student was asked or taught."""
    student_calls: int = 0
    """Questions asked to choose: labels to buy, composed items to teach."""
    measuring_calls: int = 0
    """Questions asked to draw the curve; no arm learns from them."""
    teacher_calls: int = 0
    training_tokens: int = 0
    cpu_seconds: float = 0.0


COLUMNS: tuple[tuple[str, str], ...] = (
    ("gold_train", "gold, training"),
    ("gold_dev", "gold, dev"),
    ("gold_calibration", "gold, calibration"),
    ("gold_exam", "gold, exam"),
    ("human_explanations", "human explanations"),
    ("palm_answers", "PaLM answers"),
    ("composed_labels", "composed labels"),
    ("student_calls", "student calls"),
    ("measuring_calls", "calls to measure"),
    ("teacher_calls", "teacher calls"),
    ("training_tokens", "training tokens"),
    ("cpu_seconds", "CPU-seconds"),
)
"""Columns in their order, with their headings."""
