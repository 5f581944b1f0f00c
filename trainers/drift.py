"""How far the student has moved from its base on texts that the base itself wrote: KL divergence, per token."""

from collections.abc import Sequence

import torch
from torch.nn.utils.rnn import pad_sequence

from trainers.learner import Learner
from trainers.recipes import Example

TEXTS = 16
"""Texts of about forty tokens: their log-probabilities under the base, in 16 bits, are 60 MB with 49,152 words."""


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
