"""Sentences as these operators take them apart and build them: string rules that refuse what they can't read."""

import re
from dataclasses import dataclass

from swarm.domains.nli.lexicon import COLOURS, LIVING, OPENERS, SINGULAR, UNSTEADY, VERB_FORMS, word_set

FINITE = word_set("""
        is are was were has have had does do did can will would isn't aren't looks sits stands plays
        walks runs holds wears rides jumps takes makes talks works watches smiles eats sleeps gets goes
        climbs performs poses sings dances reads
    """)
_LOWERED = OPENERS | LIVING | frozenset(COLOURS)
_INNER = re.compile(r"[.!?;:\"“”()\[\]/\\]|\n|--|\s'|'\s")
_PROGRESSIVE = re.compile(
    r"(?P<subject>(?:\S+ ){1,5}?\S+?) (?:(?P<aux>is|are) )?(?P<verb>[a-z]+ing)\b(?P<rest>.*)", re.IGNORECASE
)
_NOT_VERBS = word_set("""
        thing something nothing anything everything during evening morning king ring string wing being
        clothing building
    """)


@dataclass(frozen=True)
class Progressive:
    """A clause in the present progressive: `A man` `is` `riding` ` a horse`. `rest` begins with a blank or is empty."""

    subject: str
    aux: str
    verb: str
    rest: str

    @property
    def past(self) -> str:
        """`was` or `were`."""
        return {"is": "was", "are": "were"}[self.aux]


def words(text: str) -> list[str]:
    """The words in order, in lower case, hyphens and apostrophes kept."""
    return re.findall(r"[a-z0-9]+(?:['’-][a-z0-9]+)*", text.lower())


def tidy(text: str) -> str | None:
    (
        """""
        The one sentence that the text holds, without its full stop; None where it holds several, or quotes or
        brackets.
    """
        ""
    )
    bare = " ".join(text.split()).strip(" .!,")
    return bare if len(bare) > 2 and not _INNER.search(bare) and bare.isascii() else None


def sentence(text: str) -> str:
    """Upper case at the beginning, a full stop at the end."""
    return text[0].upper() + text[1:] + "."


def inner(text: str) -> str:
    """The text as it stands inside a sentence: its first word in lower case, unless it may be a name."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.lower() in _LOWERED else text


def content(text: str) -> frozenset[str]:
    """The words that carry content, cut to their first five letters so that `jump` and `jumping` are one."""
    return frozenset(word[:5] for word in words(text) if word not in OPENERS and word not in FINITE and len(word) > 2)


def is_clause(text: str) -> bool:
    """Whether the text has a finite verb, so that `it is not true that` may stand before it."""
    found = words(text)
    return any(word in FINITE for word in found[1:]) and not re.search(
        r"\b(who|which|that) (is|are|has)\b", text.lower()
    )


def veridical(text: str) -> bool:
    """Whether all that the text names is there: nothing is negated, compared, pictured, imitated or quantified."""
    return not UNSTEADY & set(words(text)) and "n't" not in text.lower() and "n’t" not in text


def progressive(text: str) -> Progressive | None:
    """Read `A man (is) riding a horse`; None where the subject isn't one plain noun phrase or anything is negated.

    Without an auxiliary the text is a noun phrase with a participle, of which the same holds if somebody alive is its
    head.
    """
    found = _PROGRESSIVE.fullmatch(text)
    if not found or not veridical(text):
        return None
    subject, verb, aux = found["subject"], found["verb"].lower(), (found["aux"] or "").lower()
    head = words(subject)[-1] if words(subject) else ""
    if (
        verb in _NOT_VERBS
        or head not in LIVING
        or {"and", "or", "of", "in", "with", "who", "that"} & set(words(subject))
    ):
        return None
    if re.search(r"\b(is|are)\b", found["rest"]):
        return None
    number = "is" if head in SINGULAR else "are"
    if (aux and aux != number) or (not aux and VERB_FORMS & set(words(found["rest"]))) or "," in subject:
        return None
    return Progressive(subject, number, verb, found["rest"])


def replaced(text: str, old: str, new: str) -> str | None:
    """The text with the word `old` as `new`, its article and its case fitted; None unless it occurs exactly once."""
    pattern = re.compile(rf"(?P<article>\b[Aa]n? )?(?<![\w'’-]){re.escape(old)}(?![\w'’-])", re.IGNORECASE)
    hits = list(pattern.finditer(text))
    if len(hits) != 1:
        return None
    hit = hits[0]
    article, said = hit["article"] or "", hit[0][len(hit["article"] or "") :]
    put = new[0].upper() + new[1:] if new and said[0].isupper() else new
    if article and new:
        article = article[0] + ("n " if new[0].lower() in "aeiou" else " ")
    return (text[: hit.start()] + article + put + text[hit.end() :]).replace("  ", " ").strip()


def without(text: str, word: str) -> str | None:
    """The text without an adjective that occurs exactly once before a noun; the article is fitted to what follows."""
    hits = list(re.finditer(rf"(?P<article>\b[Aa]n? )?(?<![\w'’-]){re.escape(word)} (?P<next>\w)", text, re.IGNORECASE))
    if len(hits) != 1:
        return None
    hit = hits[0]
    article = hit["article"] or ""
    if article:
        article = article[0] + ("n " if hit["next"].lower() in "aeiou" else " ")
    left = text[: hit.start()] + article + hit["next"] + text[hit.end() :]
    return left[0].upper() + left[1:] if hit.start() == 0 else left
