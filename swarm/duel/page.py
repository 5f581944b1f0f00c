"""A duel as one self-contained page, for whoever decides between a student and a generalist."""

from html import escape

from swarm.duel import plots
from swarm.duel.report import DuelReport, Example, repaid
from swarm.duel.sides import Side
from swarm.duel.summary import part_of, parts
from swarm.duel.words import duration, points, price, sentences, size
from swarm.report import charts
from swarm.report.frame import page, section, story
from swarm.report.model import BoundaryMap
from swarm.report.standings import squares
from swarm.report.tables import Value, boundary, pairs, percent, table


def render(report: DuelReport) -> str:
    """The page."""
    made = (_top, _standings, _speed, _parts, _maps, _growth, _examples, _method, _again)
    return page(f"Duel over {report.domain}", "\n".join(part(report) for part in made))


def _top(report: DuelReport) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences(report))
    ending = f"<p><b>It is not complete: {escape(report.ending)}</b></p>" if report.ending else ""
    facts = f"student {report.plan.target}, domain {report.domain}, {report.exam_items} items"
    head = f"<h1>Duel over {escape(report.domain)}</h1><p class=soft>{escape(facts)}</p>"
    return f"{head}<div class=ending>{said}{ending}</div>"


def _standings(report: DuelReport) -> str:
    sat = [side for side in report.sides if side.items]
    if not sat:
        return section("Who sat the exam", "<p>Nobody has answered yet.</p>")
    head = (
        "contestant", "asked", "items", "accuracy", "95% interval", "student's lead, points", "won", "lost",
        "p (Holm)", "scored by", "without an answer in it",
    )  # fmt: skip
    rows = [_row(side) for side in sat]
    marked = frozenset(place for place, side in enumerate(sat) if side.student)
    figures = f"<figure>{charts.standings(sat)}</figure>"
    if any(side.difference is not None for side in sat):
        figures += f"<figure>{plots.leads(sat)}</figure>"
    return section("Who sat the exam", figures + table(head, rows, marked))


def _row(side: Side) -> tuple[Value, ...]:
    found = side.difference
    lead = f"{points(found.estimate)} ({points(found.lower)} to {points(found.upper)})" if found else ""
    won, lost, p = (found.wins, found.losses, f"{found.adjusted:.2g}") if found else (None, None, "")
    return (
        side.name, side.how, side.items, percent(side.accuracy), f"{percent(side.lower)} to {percent(side.upper)}",
        lead, won, lost, p, side.scoring, None if side.given else side.unreadable,
    )  # fmt: skip


def _speed(report: DuelReport) -> str:
    asked = [side for side in report.sides if side.items and not side.given]
    head = (
        "contestant", "parameters", "one answer alone, median", "95th of 100", "answers in a second", "tokens read",
        "tokens written", "US dollars", "1,000 answers", "growing is repaid after",
    )  # fmt: skip
    rows = [
        (
            side.name, size(side.parameters), duration(side.latency), duration(side.slowest),
            round(side.items / side.seconds, 1) if side.seconds and side.local else None, side.prompt_tokens,
            side.completion_tokens, round(side.dollars, 4), price(side, report.plan.machine),
            f"{answers:,} answers" if (answers := repaid(report, side)) is not None else "",
        )
        for side in asked
    ]  # fmt: skip
    marked = frozenset(place for place, side in enumerate(asked) if side.student)
    note = (
        "Latency is of answers that were asked for one at a time; answers in a second are of the whole exam, in "
        "batches. Minutes are this machine's; an endpoint's seconds are those of the call alone, without waits for its "
        "rate limit. Recorded answers were given elsewhere, so nothing is known of their time and price."
    )
    figure = plots.speed(asked)
    return section(
        "Speed, size and price",
        (f"<figure>{figure}</figure>" if figure else "") + table(head, rows, marked) + f"<p class=soft>{note}</p>",
    )


def _parts(report: DuelReport) -> str:
    what, names = parts(report)
    sides = [side for side in report.sides if side.items]
    rows = [
        (side.name, *(f"{right}/{total}" if total else "" for right, total in (part_of(side, name) for name in names)))
        for side in sides
    ]
    marked = frozenset(place for place, side in enumerate(sides) if side.student)
    return section(f"Right answers by {what}", table(("contestant", *names), rows, marked))


def _maps(report: DuelReport) -> str:
    shown = [report.student, *report.rivals[:1]]
    maps = [
        BoundaryMap(
            title=side.name, source="frozen exam: share right, Wilson's 95% interval, items",
            squares=squares((s.cell.subdomain, s.cell.weather.value, s.passed, s.total) for s in side.cells),
        )
        for side in shown
    ]  # fmt: skip
    return section("Where they stand", f"<div class=maps>{''.join(map(boundary, maps))}</div>")


def _growth(report: DuelReport) -> str:
    growth = report.growth
    if growth is None:
        return section(
            "What growing the student has cost", "<p>It is not known: the student's folder says nothing of its run.</p>"
        )
    rows: list[tuple[str, Value]] = [
        ("minutes of its machine", round(growth.minutes, 1)),
        ("corrections taught", growth.corrections),
        ("of them learned by this student", growth.corrections_trained),
        ("questions whose right answer had to be known", growth.references),
        ("teacher", growth.teacher),
        ("tokens of the teacher", growth.teacher_tokens),
        ("tokens of training", growth.tokens_trained),
        ("seconds of training", round(growth.train_seconds)),
        ("US dollars of endpoints", round(growth.dollars, 4)),
    ]
    if report.growth_dollars is not None:
        rows.append(("US dollars in all, with the machine", round(report.growth_dollars, 4)))
    books = table(
        ("role", "tokens read", "tokens written", "busy seconds", "US dollars"),
        [(c.role_name, c.prompt_tokens, c.completion_tokens, round(c.busy_seconds, 1), round(c.dollars, 4))
         for c in growth.costs],
    )  # fmt: skip
    note = (
        "The run's own books. Not in them: the exams at its end, what was tried before, and people's time, such as "
        "labelling and writing the domain's file."
    )
    return section("What growing the student has cost", f"{pairs(rows)}<p class=soft>{note}</p>{books}")


def _examples(report: DuelReport) -> str:
    if not report.examples:
        return ""
    return section("Items on which they differ", "".join(map(_example, report.examples)))


def _example(one: Example) -> str:
    who = "only the student is right" if one.student_right else f"only {one.rival} is right"
    blocks = (
        ("question", one.question), ("wanted", one.wanted), ("student", one.student_said), (one.rival, one.rival_said)
    )  # fmt: skip
    return story(f"{escape(one.cell.key)}: {escape(who)}", blocks)


def _method(report: DuelReport) -> str:
    own = "the very items that the student's run sat at its end" if report.own_exam else "drawn for this duel"
    said = (
        f"The exam: {own}; its questions are kept from all training, and nobody was chosen by it.",
        "Accuracy is the mean over cells, each weighing the same. The student's lead is over the items that both "
        "answered; p is McNemar's exact test, corrected by Holm for all contestants of this page. One exam and one "
        "student: another seed has another one.",
        "A student is asked the bare question. Models that were not grown here get a chat with the domain's "
        "instructions; those on this machine choose among the answers, or are forced into an answer's form, unless "
        "they write their steps first. Of what was written freely the last answer counts.",
        "The best constant answers were chosen knowing the exam. Baselines were fitted to the whole training split.",
        "Who has not answered an item is neither right nor wrong there; how many did not is said above.",
    )
    return section("How it was measured", "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in said) + "</ul>")


def _again(report: DuelReport) -> str:
    contestants = [(entrant.name, entrant.model_dump_json(exclude_defaults=True)) for entrant in report.plan.everyone]
    command = f"swarm duel {report.plan.target} --items {report.plan.items}"
    return section("Do it again", f"<pre>{escape(command)}</pre>{pairs(contestants)}")
