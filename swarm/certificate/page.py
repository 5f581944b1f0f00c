"""The certificate as one self-contained page for whoever decides by it: what was shown, what was not, how to check."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from swarm.certificate.records import Asked, Certificate, Signed
from swarm.certificate.signing import Finding
from swarm.certificate.wording import caveats, one_family
from swarm.report.frame import page, section
from swarm.report.tables import pairs, percent, table
from swarm.statistics import proportion
from swarm.whole_files import write_whole


def page_of(file: Path) -> Path:
    """Where the page of a certificate's file lies: beside it."""
    return file.with_suffix(".html")


def write_page(file: Path, given: Signed, revoked: Sequence[Finding] = ()) -> Path:
    """Write the page beside the certificate's file, and return its place."""
    place = page_of(file)
    write_whole(place, render(given, revoked))
    return place


def render(given: Signed, revoked: Sequence[Finding] = ()) -> str:
    """The page. It shows what the certificate says; whether that holds is for `swarm certificate verify`."""
    certificate = given.certificate
    title = f"Certificate of {certificate.swarm}: {certificate.subject.domain}"
    parts = (_plainly, _shown, _cells, _made_up, _attempts, _power, _not_said, _subject)
    body = _top(certificate, title, revoked) + "".join(part(certificate) for part in parts)
    return page(title, body + _check(given))


def _top(certificate: Certificate, title: str, revoked: Sequence[Finding]) -> str:
    subject, terms = certificate.subject, certificate.terms
    facts = f"Student {subject.checkpoint_id} on {subject.base}, issued {certificate.issued_at:%Y-%m-%d %H:%M} UTC, "
    facts += f"attempt {terms.attempt}"
    void = "".join(f"<p><b>Revoked {escape(one.detail)}. What follows holds no longer.</b></p>" for one in revoked)
    return (
        f"<h1>{escape(title)}</h1><p class=soft>{escape(facts)}</p>"
        f"<div class=ending>{void}<p><b>{escape(certificate.says)}</b></p></div>"
    )


def _plainly(certificate: Certificate) -> str:
    terms, numbers, attempts = certificate.terms, certificate.numbers, len(certificate.events.attempts)
    siege = "one siege" if attempts == 1 else f"{attempts} sieges"
    lines = (
        f"A swarm of agents tried to break this student with questions of {len(certificate.subject.cells)} kinds. "
        f"{siege.capitalize()} it took; the last one asked {numbers.siege_probes} questions that were aimed at its "
        f"weaknesses, and {numbers.siege_failures} were answered wrong.",
        f"Then {numbers.census_probes} questions were drawn at random from those kinds, and {numbers.census_failures} "
        "were answered wrong.",
        f"So few failures would be unlikely (at most 1 in {1 / terms.alpha:.0f}) if it failed on more than "
        f"{terms.epsilon * 100:g} of 100 such questions. It may fail on fewer: the number is what was shown, and no "
        "estimate.",
        "It was frozen while that was done. Another student, rubric, decoding or set of probers has no certificate.",
    )
    return section("In plain words", "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>")


def _shown(certificate: Certificate) -> str:
    terms, numbers = certificate.terms, certificate.numbers
    bound = f"at most {percent(numbers.siege_bound)} fail, {percent(numbers.target)} was asked"
    rows: list[tuple[str | int | float | None, ...]] = [
        ("siege", "questions chosen to break it", numbers.siege_probes, numbers.siege_failures, bound),
        ("census", "questions drawn at random", numbers.census_probes, numbers.census_failures,
         "accepted" if numbers.census_accepted else "not accepted"),
    ]  # fmt: skip
    judge = len(certificate.events.judge)
    note = (
        f"Each test errs with probability {numbers.level:.5f}, the share of attempt {terms.attempt} in {terms.alpha:g} "
        f"for all attempts together. The judge catches at least {percent(numbers.sensitivity)} of wrong answers, as "
        f"{judge} answers of known truth showed, so {percent(terms.epsilon)} became {percent(numbers.target)}."
    )
    head = ("test", "what was asked", "questions", "wrong", "outcome")
    return section("What was shown", f"<p class=soft>{escape(note)}</p>{table(head, rows)}")


def _cells(certificate: Certificate) -> str:
    numbers = certificate.numbers
    siege = _counts(certificate.events.siege[: numbers.siege_probes])
    census = _counts(certificate.events.census[: numbers.census_probes])
    rows = []
    for cell in (*certificate.subject.cells, *certificate.subject.twins):
        wrong, asked = census.get(cell, (0, 0))
        ends = proportion(wrong, asked)
        interval = f"{percent(ends.lower)} – {percent(ends.upper)}" if asked else ""
        failed, besieged = siege.get(cell, (0, 0))
        rows.append((cell, besieged, failed, asked, wrong, interval))
    head = ("kind of question", "siege: asked", "wrong", "census: asked", "wrong", "wrong, 95% interval")
    note = (
        "Where the failures were. Intervals are of the census, each for itself; the statement is about the mean over "
        "all kinds, and promises nothing for a single one."
    )
    if certificate.subject.twins:
        note += " Kinds that the census left out came into the siege as answerable twins of traps."
    return section("By kind of question", f"<p class=soft>{escape(note)}</p>{table(head, rows)}")


def _counts(asked: Sequence[Asked]) -> dict[str, tuple[int, int]]:
    """Failures and probes of each cell."""
    failed = Counter(one.cell for one in asked if not one.passed)
    return {cell: (failed[cell], count) for cell, count in Counter(one.cell for one in asked).items()}


def _attempts(certificate: Certificate) -> str:
    rows = [(one.number, one.ended, one.reason) for one in certificate.events.attempts]
    note = "All of them: whoever tries often enough passes by luck, so each later attempt has to show more."
    return section("Every attempt", f"<p class=soft>{note}</p>{table(('attempt', 'ended in', 'because'), rows)}")


def _power(certificate: Certificate) -> str:
    numbers = certificate.numbers
    if not numbers.planted:
        return section("Would the swarm have found a hole?", f"<p>{escape(caveats(numbers, certificate.terms)[2])}</p>")
    rows = [(one.student, one.calls, len(one.found), sum(one.found)) for one in certificate.events.power]
    note = caveats(numbers, certificate.terms)[2]
    return section(
        "Would the swarm have found a hole?",
        f"<p>{escape(note)}</p>{table(('planted student', 'questions', 'holes', 'found'), rows)}",
    )


def _made_up(certificate: Certificate) -> str:
    """Nothing where the domain rests on no documents."""
    if not certificate.made_up:
        return ""
    rows = []
    for one in certificate.made_up:
        ends = proportion(one.found, one.of)
        interval = f"{percent(ends.lower)} – {percent(ends.upper)}" if one.of else ""
        rows.append((one.fault, one.of, one.found, interval))
    note = (
        "Its answers in the census, looked through for what no document bears out. This is told beside the statement, "
        "which is about right and wrong answers."
    )
    head = ("fault", "answers that could show it", "do", "95% interval")
    return section("What it made up", f"<p class=soft>{escape(note)}</p>{table(head, rows)}")


def _not_said(certificate: Certificate) -> str:
    said = (
        "Nothing about kinds of question that were not asked, and nothing about any single kind.",
        "Nothing about what people will ask: the census weighs every kind the same, and people may not.",
        *one_family(certificate.subject),
        *caveats(certificate.numbers, certificate.terms),
    )
    return section("What it does not say", "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in said) + "</ul>")


def _subject(certificate: Certificate) -> str:
    subject = certificate.subject
    rows: list[tuple[str, str | int | float | None]] = [
        ("student", subject.checkpoint_id),
        ("weights", "an adapter" if subject.adapter else "full weights"),
        ("base", subject.base),
        ("domain", subject.domain),
        ("rubric", f"version {subject.rubric.version}, {len(subject.rubric.criteria)} criteria"),
        ("decoding", subject.decoding),
        ("probers, SHA-256", subject.probers_sha256),
        ("events, SHA-256", certificate.numbers.events_sha256),
    ]
    rows += [(f"file {file.path}, SHA-256", file.sha256) for file in subject.files]
    return section("Of what", pairs(rows))


def _check(given: Signed) -> str:
    commands = (
        "swarm certificate verify certificate.json --key certificate.pub --weights FOLDER\n"
        "swarm certificate revoke certificate.json --answers answers.json --run RUN --reason ..."
    )
    note = (
        "This page proves nothing: the file beside it does. It holds every event, and the first command counts all "
        "numbers again, offline. The second revokes it with verified answers whose failure rate lies above it."
    )
    return section("Check it", f"<p>{note}</p><pre>{escape(commands)}</pre>{pairs([('signed by', given.public_key)])}")
