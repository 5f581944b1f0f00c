"""How far the student has moved from its base on texts that the base itself wrote: KL divergence, per token."""

from collections.abc import Callable, Sequence

import torch
from torch.nn.utils.rnn import pad_sequence

from trainers.learner import Learner
from trainers.recipes import Example

TEXTS = 16
"""Texts of about forty tokens: their log-probabilities under the base, in 16 bits, are 60 MB with 49,152 words."""


STEPS = 20
"""The shares of the way from the base that are tried: twentieths."""


def share_within(kl_of: Callable[[float], float], limit: float) -> tuple[float, float]:
    """The largest share of the way from the base whose KL is at most `limit`, and that KL; at least a twentieth.

    `kl_of` measures a share; it grows with it. A limit of 0 is none. WiSE-FT (Wortsman et al. 2021, arXiv 2109.01903),
    with the base's own texts as the set on which the share is chosen.
    """
    found = {STEPS: kl_of(1.0)}
    low, high = 1, STEPS
    if not limit or found[STEPS] <= limit:
        return 1.0, found[STEPS]
    while high - low > 1:
        middle = (low + high) // 2
        found[middle] = kl_of(middle / STEPS)
        low, high = (middle, high) if found[middle] <= limit else (low, middle)
    return low / STEPS, found[low] if low in found else kl_of(low / STEPS)


class Drift:
    """Made while the learner still is its base; the base is not kept, only what it says of each next token."""

    def __init__(self, learner: Learner, texts: Sequence[Example]) -> None:
        """The first of `texts` are the set; they are the same in every run."""
        rows = [
            (
                learner.tokenizer.encode(text.prompt, add_special_tokens=False),
                learner.tokenizer.encode(text.completion, add_special_tokens=False),
            )
            for text in texts[:TEXTS]
        ]
        self._rows = [(prompt, completion) for prompt, completion in rows if prompt and completion]
        self._base = self._said(learner).half() if self._rows else torch.empty(0)

    def kl(self, learner: Learner) -> float:
        """KL(student || base), nats, mean over the texts' completion tokens; 0 without texts.

        The student is what a candidate would be: the average of its weights, where one is kept.
        """
        if not self._rows:
            return 0.0
        now = self._said(learner)
        return float((now.exp() * (now - self._base.float())).sum(-1).mean())

    def within(self, limit: float, learner: Learner) -> tuple[float, float]:
        """Draw the learner's candidate to the base until its KL is at most `limit`; the share that is left of the way,
        and the KL."""

        def kl_of(share: float) -> float:
            learner.draw_to_base(share)
            return self.kl(learner)

        share, kl = share_within(kl_of, limit)
        learner.draw_to_base(share)
        return share, kl

    @torch.inference_mode()
    def _said(self, learner: Learner) -> torch.Tensor:
        """Log-probabilities (completion tokens, words) at every completion token."""
        learner.model.eval()
        ids = pad_sequence([torch.tensor(prompt + completion) for prompt, completion in self._rows], True)
        mask = pad_sequence([torch.ones(len(p) + len(c), dtype=torch.long) for p, c in self._rows], True)
        device = learner.model.device
        with learner.optimizer.averaged():
            logits = learner.model(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False).logits
        taken = [row[len(p) - 1 : len(p) + len(c) - 1] for row, (p, c) in zip(logits, self._rows, strict=True)]
        return torch.cat([part.float().log_softmax(-1).cpu() for part in taken])
