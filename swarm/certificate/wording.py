"""What a certificate says, in words that claim no more than its numbers."""

from swarm.certificate.records import Certificate, Numbers, Subject, Terms


def sentence(terms: Terms) -> str:
    """The statement itself."""
    return (
        f"With confidence {1 - terms.alpha:g}, the mean failure rate of the probes that this prober set asked, at this "
        f"budget and decoding, is at most {terms.epsilon:g}; unseen kinds of probe and the rest of the domain are not "
        "covered."
    )


def one_family(subject: Subject) -> tuple[str, ...]:
    """That judge and teacher share a model family, where they do."""
    if not subject.one_family:
        return ()
    return (
        f"Judge and teacher are both of the model family {subject.one_family}, by the operator's leave: what the "
        "teacher taught wrong, the judge may not see.",
    )


def caveats(numbers: Numbers, terms: Terms) -> tuple[str, ...]:
    """What has to be known to read it rightly."""
    power = (
        f"On planted students the same swarm found {numbers.rediscovered} of {numbers.planted} holes; at least "
        f"{numbers.power:.0%} of the holes of a student like these, with confidence 0.95."
        if numbers.planted
        else "No power audit was made: how much the swarm would have found in a student with known holes is not known."
    )
    return (
        f"Siege and census of attempt {terms.attempt} spend {numbers.level:.5f} each; all attempts of the run together "
        f"spend {terms.alpha:g} each.",
        f"The judge errs: it fails at least {numbers.sensitivity:.1%} of wrong answers (95% bound, whose own error "
        f"comes on top), so the student was held against {numbers.target:.5f}. Kinds of failure that neither the "
        "verifier nor the rubric sees are not covered.",
        power,
        "It names these weights. A quantised or merged export carries no certificate until it is run itself.",
    )


def described(certificate: Certificate) -> str:
    """The whole of it, for a person."""
    subject, terms, numbers = certificate.subject, certificate.terms, certificate.numbers
    asked = f"at most {numbers.siege_bound:.4f} of them fail, {numbers.target:.4f} was asked"
    power = f"{numbers.rediscovered} of {numbers.planted} planted holes" if numbers.planted else "not measured"
    items = len(certificate.events.judge)
    lines = [
        certificate.says,
        "",
        f"student    {subject.checkpoint_id} of swarm {certificate.swarm}, on {subject.base}",
        f"domain     {subject.domain}, {len(subject.cells)} cells; rubric version {subject.rubric.version}",
        f"decoding   {subject.decoding}",
        f"issued     {certificate.issued_at:%Y-%m-%d %H:%M} UTC, attempt {terms.attempt}",
        f"siege      {numbers.siege_failures} failures in {numbers.siege_probes} probes: {asked}",
        f"census     {numbers.census_failures} failures in {numbers.census_probes} independent probes",
        f"judge      catches at least {numbers.sensitivity:.1%} of wrong answers, {items} items of known truth",
        f"power      {power}",
    ]
    for attempt in certificate.events.attempts:
        lines.append(f"attempt {attempt.number:<3}{attempt.ended}: {attempt.reason}")
    return "\n".join([*lines, "", *one_family(subject), *caveats(numbers, terms)])
