"""The report as one self-contained page: inline style, inline pictures, nothing fetched."""

from datetime import datetime
from html import escape

from swarm.exam_report import ContestantKind
from swarm.report import charts, frame, timeline
from swarm.report.model import Report, Story
from swarm.report.production import ProductionStory
from swarm.report.tables import boundary, pairs, percent, table
from swarm.students import BreachScore

_BASE = (ContestantKind.ZERO_SHOT, ContestantKind.FEW_SHOT)


def render(report: Report) -> str:
    """The page."""
    sections = (
        _headline, _audit, _curve, _maps, _stories, _production, _promotions, _checkpoints, _rubric, _phases, _time,
        _costs, _conservation, _again,
    )  # fmt: skip
    body = "\n".join(section(report) for section in sections)
    return frame.page(f"{report.name}: {report.domain}", _top(report) + body)


def _top(report: Report) -> str:
    minutes = (report.last_change_at - report.started_at).total_seconds() / 60
    facts = f"{_at(report.started_at)} to {_at(report.last_change_at)} UTC ({minutes:.1f} min), "
    facts += f"revision {report.revision:,}"
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in report.ending)
    alarms = "".join(f"<p><b>Alarm:</b> {escape(alarm)}</p>" for alarm in report.alarms)
    if report.certificate:
        sentences += f'<p><a href="{escape(report.certificate)}">The certificate</a></p>'
    seed = "" if report.seed is None else f", seed {report.seed}"
    return (
        f"<h1>{escape(report.name)}: a specialist in {escape(report.domain)}</h1>"
        f"<p class=soft>{facts}{seed}, run folder <code>{escape(report.run)}</code></p>"
        f"<div class=ending>{sentences}{alarms}</div>"
    )


def _headline(report: Report) -> str:
    if not report.lines:
        return frame.section("The frozen exam", "<p>No exam has been taken in this run.</p>")
    head = (
        "contestant",
        "kind",
        "right",
        "macro accuracy",
        "95% interval",
        "won / lost",
        "e",
        "scored by",
        "seconds",
        "tokens",
    )
    rows = [
        (line.name, line.kind, f"{line.passed} of {line.items}", percent(line.accuracy),
         f"{percent(line.lower)} – {percent(line.upper)}", "" if line.wins is None else f"{line.wins} / {line.losses}",
         line.e_value, line.scoring, round(line.seconds, 1), line.prompt_tokens + line.completion_tokens)
        for line in report.lines
    ]  # fmt: skip
    marked = frozenset(index for index, line in enumerate(report.lines) if line.student)
    note = (
        "The same items for all, drawn from wording that training never sees. Macro accuracy weighs every cell the "
        "same. Won and lost: items that only the student got right, and that only the other did; e is the evidence "
        "that wins outnumber losses (20 or more is significant at 5%). Scored by likelihood: the answer is the "
        "likeliest of the domain's choices; by generation: what was written is read and verified. Recorded answers "
        "count on the items alone that they were given to."
    )
    content = f"<p class=soft>{note}</p><figure>{charts.standings(report.lines)}</figure>"
    return frame.section("The frozen exam", content + table(head, rows, marked))


def _audit(report: Report) -> str:
    if not report.audits:
        return ""
    head = ("contestant", "fault", "found", "of", "rate", "95% interval")
    rows = [
        (line.contestant, line.fault, line.found, line.of, percent(line.rate),
         f"{percent(line.lower)} – {percent(line.upper)}")
        for line in report.audits
    ]  # fmt: skip
    note = "Over the frozen exam: each fault among the answers that could show it."
    return frame.section("What was made up", f"<p class=soft>{note}</p>{table(head, rows)}")


def _curve(report: Report) -> str:
    title = "Exam accuracy against corrections trained"
    if not (report.curve or report.during):
        return frame.section(title, "<p>No candidate was examined.</p>")
    base = next((line for line in report.lines if line.kind in _BASE), None)
    note = "Candidate and champion answer the same fresh probes at each exam; the probes differ from exam to exam."
    figure = f"<figure>{charts.curve(report.curve, report.during, base)}</figure>"
    return frame.section(title, f"<p class=soft>{note}</p>{figure}")


def _maps(report: Report) -> str:
    if not report.maps:
        return frame.section("Boundary map", "<p>Nothing has been judged yet.</p>")
    note = (
        "Share right, with 95% interval and number of items. The swarm's own probes are aimed at what fails, "
        "so their rates are lower than on the exam and not comparable over time."
    )
    return frame.section(
        "Boundary map", f"<p class=soft>{note}</p><div class=maps>{''.join(map(boundary, report.maps))}</div>"
    )


def _stories(report: Report) -> str:
    if not report.stories:
        return frame.section("Failures and their corrections", "<p>No failure has been corrected yet.</p>")
    counted = table(("species", "failures"), report.species)
    return frame.section(
        "Failures and their corrections",
        f"{''.join(map(_story, report.stories))}<details><summary>Ways of failing</summary>{counted}</details>",
    )


def _story(story: Story) -> str:
    parts = (
        ("question", story.question),
        (f"attempt of {story.checkpoint_id}", story.attempt),
        ("verdict", f"{story.species}\n{story.explanation}".strip()),
        ("correction", f"{story.rationale}\n= {story.answer}".strip()),
    )
    title = f"{escape(story.species or 'failure')} in {escape(story.cell.key)} ({story.purpose})"
    return frame.story(f"{title}, sample <code>{story.sample_id}</code>", parts)


def _production(report: Report) -> str:
    title = "What production called wrong"
    if not (report.production or report.thumbs):
        return frame.section(title, "<p>Nobody has reported an answer.</p>")
    counts = table(("checkpoint", "thumbs up", "thumbs down"), [(c.checkpoint_id, c.up, c.down) for c in report.thumbs])
    note = "From the answer that a person got to what the checkpoint in service answers now, as far as it is known."
    stories = "".join(map(_told, report.production))
    return frame.section(title, f"<p class=soft>{note}</p>{stories}{counts}")


def _told(story: ProductionStory) -> str:
    if story.forgotten:
        return f"<p>Report <code>{escape(story.id)}</code> was forgotten.</p>"
    blocks = "".join(
        f"<div><h4>{escape(step.name)} <span class=soft>{_at(step.at) if step.at else ''} {escape(step.by)}</span></h4>"
        f"<pre>{escape(step.text)}</pre></div>"
        for step in story.steps
    )
    summary = (
        f"<summary>{escape(story.steps[-1].name)}: <code>{escape(story.id)}</code>, {_at(story.asked_at)}</summary>"
    )
    asked = f"<div><h4>question</h4><pre>{escape(story.question)}</pre></div>"
    return f"<details>{summary}<div class=story>{asked}{blocks}</div></details>"


def _breach(score: BreachScore | None) -> str:
    if score is None:
        return ""
    right = f"{score.champion_passed} and {score.candidate_passed} right"
    return f"{score.wins} won, {score.losses} lost of {score.items} ({right})"


def _promotions(report: Report) -> str:
    if not report.promotions:
        return frame.section("Promotions", "<p>No candidate was examined.</p>")
    head = (
        "candidate",
        "champion",
        "outcome",
        "won",
        "lost",
        "of them from a breach",
        "champion's",
        "candidate's",
        "e",
        "threshold",
        "conditions",
    )
    rows = [
        (d.candidate_id, d.champion_id, "promoted" if d.promoted else "regression" if d.regression else "not promoted",
         d.wins, d.losses, _breach(d.breach), percent(d.champion_accuracy), percent(d.candidate_accuracy), d.e_value,
         d.threshold, "; ".join(d.blocked_by))
        for d in report.promotions
    ]  # fmt: skip
    marked = frozenset(index for index, decision in enumerate(report.promotions) if decision.promoted)
    return frame.section("Promotions", table(head, rows, marked))


def _checkpoints(report: Report) -> str:
    head = ("checkpoint", "status", "corrections", "tokens", "train s", "loss", "KL to base", "recipe", "reason")
    rows = [
        (c.id, c.status, c.corrections_trained, c.tokens_trained, round(c.train_seconds, 1), c.loss, c.kl_to_base,
         c.recipe, c.reason)
        for c in report.checkpoints
    ]  # fmt: skip
    marked = frozenset(index for index, item in enumerate(report.checkpoints) if item.id == report.champion_id)
    return frame.section("Checkpoints", table(head, rows, marked) if rows else "<p>None.</p>")


def _rubric(report: Report) -> str:
    lead = f"<p>Version {report.rubric_version} is in force.</p>"
    if not report.experiments:
        return frame.section("Rubric ledger", lead + "<p>No experiment was made.</p>")
    head = (
        "#",
        "from",
        "outcome",
        "reason",
        "items",
        "won",
        "lost",
        "e",
        "threshold",
        "defects caught",
        "false failures",
    )
    rows = [
        (e.number, e.incumbent_version, e.outcome, e.reason, e.items, e.wins, e.losses, e.e_value, e.threshold,
         f"{percent(e.incumbent_defect_recall)} → {percent(e.defect_recall)}",
         f"{percent(e.incumbent_false_failure_rate)} → {percent(e.false_failure_rate)}")
        for e in report.experiments
    ]  # fmt: skip
    return frame.section("Rubric ledger", lead + table(head, rows))


def _phases(report: Report) -> str:
    rows = [(_at(s.at), s.phase.name, "yes" if s.phase.paused else "", s.phase.reason) for s in report.phases]
    content = table(("UTC", "phase", "paused", "reason"), rows)
    if report.progress:
        reports = [
            (p.phase, p.attempt, p.probes, p.failures, p.alpha, p.bound, p.log_ratio, p.decided)
            for p in report.progress
        ]
        head = ("phase", "attempt", "probes", "failures", "alpha", "bound", "log ratio", "decided")
        content += "<p class=soft>Attempts at siege and census</p>" + table(head, reports)
    return frame.section("Phases", content)


def _time(report: Report) -> str:
    profile = report.profile
    if profile is None:
        return ""
    lead = f"{timeline.minutes(profile.wall_seconds)} of wall time since the gateway was up. "
    lead += "" if profile.measured else timeline.NOT_MEASURED
    moments = pairs((one.name, timeline.minutes(one.seconds)) for one in profile.milestones)
    spent = table(("where", "what", "seconds", "share", "tokens", "tokens/s"), timeline.rows(profile))
    cores = pairs((f"computed: {who}", timeline.percent(seconds, profile)) for who, seconds in profile.together)
    picture = f"<figure>{timeline.plot(profile)}</figure>"
    return frame.section(
        "Where the time went",
        f"<p class=soft>{lead}</p>{picture}{spent}<br>{cores if profile.together else ''}{moments}",
    )


def _costs(report: Report) -> str:
    rows = [
        (c.role_name, c.prompt_tokens, c.completion_tokens, round(c.busy_seconds, 1), round(c.dollars, 4))
        for c in report.costs
    ]
    content = (
        table(("role", "tokens read", "tokens written", "busy s", "US dollars"), rows) if rows else "<p>No books.</p>"
    )
    trained = sum(item.train_seconds for item in report.checkpoints if item.id == report.champion_id)
    lead = f"<p>{report.corrections:,} corrections, {report.corrections_trained:,} of them trained. "
    return frame.section("Costs", f"{lead}The champion took {trained:.0f} s of training.</p>{content}")


def _conservation(report: Report) -> str:
    head = ("queue", "accepted", "ready", "leased", "delayed", "done", "dead", "expired", "discarded", "unaccounted")
    rows = [
        (q.name, q.accepted, q.ready, q.leased, q.delayed, q.done, q.dead, q.expired, q.discarded, q.unaccounted)
        for q in report.queues
    ]
    content = table(head, rows)
    counted = [(f"burned deliveries of {name}", count) for name, count in report.burned]
    counted += [(f"probes by {name}", count) for name, count in report.origins]
    for one in report.yields:
        counted += [
            (f"failures of probes by {one.origin}", one.failed),
            (f"species that {one.origin} showed first", one.first),
        ]
    counted += [(f"refused by the prober: {reason}", count) for reason, count in report.invalid_probes]
    return frame.section("Queues and probes", content + (f"<br>{pairs(counted)}" if counted else ""))


def _again(report: Report) -> str:
    commands = f"<pre>{escape(chr(10).join(report.commands))}</pre>"
    config = f"<details><summary>config</summary><pre>{escape(report.config)}</pre></details>" if report.config else ""
    return frame.section("Do it again", f"{commands}{pairs(report.versions)}{config}")


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
