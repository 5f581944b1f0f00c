"""Sentences around a time expression: carriers, events, tasks and persons, split between learning and examination."""

from swarm.domains.calendar.draw import Draft, Draw, Phrase, Wording, cased

EVENTS = (
    "lunch with {p}", "dinner with {p}", "coffee with {p}", "call with {p}", "dentist", "dentist appointment",
    "team meeting", "standup", "gym", "yoga class", "piano lesson", "haircut", "budget review", "job interview",
    "parent evening", "movie night", "swim practice", "vet visit", "car inspection", "book club", "video call",
    "meeting with {p}", "1:1 with {p}", "drinks with {p}", "board meeting", "therapy session", "birthday party",
    "catch up with {p}", "school play", "band rehearsal", "doctor's appointment", "game night", "football training",
    "project kickoff", "house viewing", "picnic with {p}", "eye exam", "spanish class", "photo shoot",
    "planning session",
)  # fmt: skip
HELD_EVENTS = (
    "brunch with {p}", "chess with {p}", "webinar", "choir", "physio", "oil change", "sales sync", "cooking class",
    "tax appointment", "walk with {p}", "wedding rehearsal", "tennis with {p}", "blood test", "museum trip",
    "barbecue",
    "thesis talk with {p}", "poker night", "design critique", "furniture delivery", "passport appointment",
)  # fmt: skip
TASKS = (
    "call {p}", "pay the rent", "send the invoice", "water the plants", "take out the trash", "email {p}",
    "submit the report", "renew the passport", "book the flights", "pick up the dry cleaning", "back up the laptop",
    "return the library books", "text {p}", "buy milk", "feed the cat", "check the oven", "review the contract",
    "finish the slides", "order a cake for {p}", "clean the kitchen", "charge the car", "take my pills",
    "send {p} the draft", "pack for the trip", "fix the bike", "update the roadmap", "sign the lease",
    "file the taxes",
)  # fmt: skip
HELD_TASKS = (
    "ring {p}", "mow the lawn", "defrost the chicken", "collect the parcel", "upload the photos", "walk the dog",
    "settle the bill", "print the tickets", "ping {p} about the demo", "change the filter", "register the car",
    "drop off the keys with {p}", "hand in the essay", "cancel the subscription", "wrap the presents",
)  # fmt: skip
PERSONS = ("Ana", "Tom", "Priya", "mom", "Lee", "the boss", "Sara", "Ben", "Yuki", "dad", "Omar", "Kate", "Luis",
           "grandma", "Nina", "the team", "Dr. Cole", "my sister")  # fmt: skip
HELD_PERSONS = ("Ingrid", "Marcus", "aunt Rosa", "Chen", "the landlord", "Fatima", "Gus", "our client", "Zoe", "Pavel")

BARE = "{when}"
CARRIERS = (
    "{event} {when}", "{event} {when}", "{event} {when}", "{when} {event}", "{when}: {event}", "{event}, {when}",
    "schedule {event} {when}", "add {event} {when}", "book {event} {when}", "set up {event} {when}",
    "put {event} in my calendar {when}", "can we do {event} {when}?", "let's do {event} {when}",
    "i have {event} {when}",
    "create an event {when}: {event}", "remind me {when} to {task}", "remind me to {task} {when}", "{task} {when}",
    "i need to {task} {when}", "don't let me forget to {task} {when}", "{event} is {when}",
    "{event} moved to {whennude}",
    "are you free {when}?", "see you {when}", "we're meeting {p} {when}", "i'll {task} {when}",
    "how about {whennude}?",
    "does {whennude} work for {p}?", "make it {whennude}", "{p} arrives {when}", "please schedule {event} {when}",
    "set a reminder to {task} {when}", "hey can you add {event} {when}", "{whennude} works for me",
)  # fmt: skip
HELD_CARRIERS = (
    "pencil in {event} {when}", "block time {when} for {event}", "{p} wants {event} {when}",
    "{event} has been set {when}",
    "ok so {event} will be {when}", "could you get {event} on the books {when}", "{when} i've got {event}",
    "note to self: {task} {when}", "tell {p} we'll do {event} {when}", "{task}, that is {when}",
    "{event} got bumped to {whennude}", "nudge me {when} to {task}", "is {p} around {when}?",
    "{event} is on for {whennude}",
    "i promised {p} to {task} {when}", "we settled on {whennude}, {event}", "{whennude} pls",
    "plan: {event} {when}",
    "calendar: {event} {when}", "{event} happens {when}",
)  # fmt: skip
ROUTINES = (
    "{event} {when}", "{event} {when}", "{when} {event}", "{task} {when}", "remind me to {task} {when}",
    "remind me {when} to {task}", "i {task} {when}", "set up {event} {when}", "we have {event} {when}",
    "schedule {event} {when}", "{event} repeats {when}", "add a recurring event: {event} {when}", "{when}: {task}",
    "{event}, {when}", "book {event} {when}", "set an alarm {when}", "let's meet {when}", "please {task} {when}",
)  # fmt: skip
HELD_ROUTINES = (
    "{p} and i do {event} {when}", "make {event} recurring {when}", "nudge me to {task} {when}",
    "our {event} runs {when}", "new routine: {task} {when}", "{when} there's {event}", "{event} should happen {when}",
    "note: {task} {when}", "put {event} down {when}", "{when} pls",
)  # fmt: skip
LENGTHS = (
    "{event} takes {when}", "the drive takes {when}", "it lasts {when}", "{event} lasts {when}",
    "set a timer for {when}",
    "block {when} for {event}", "it took {when}", "it'll take about {when}", "timer {when}", "for {when}",
    "how long? {when}", "the flight is {when}", "i slept for {when}", "bake it for {when}", "{when} of {event}",
    "give me {when}", "{event} ran for {when}", "{event} for {when}", "estimated time: {when}",
    "she was away for {when}",
)  # fmt: skip
HELD_LENGTHS = (
    "budget {when} for {event}", "count down {when}", "{p} needs {when} to {task}", "{event} goes on for {when}",
    "let it simmer for {when}", "the ride was {when} long", "we waited {when}", "allow {when} to {task}",
)  # fmt: skip
DUTIES = (
    "{task} {when}", "{task} {when}", "i have to {task} {when}", "need to {task} {when}", "must {task} {when}",
    "can you {task} {when}?", "please {task} {when}", "{p} has to {task} {when}", "make sure to {task} {when}",
    "i promised to {task} {when}", "{when}: {task}", "todo: {task} {when}", "get it done {when}", "it's due {when}",
    "we need this {when}", "the form is due {when}", "{p} wants the report {when}", "{when} i have to {task}",
)  # fmt: skip
HELD_DUTIES = (
    "kindly {task} {when}", "{p} expects me to {task} {when}", "got to {task} {when}", "the essay must be in {when}",
    "ideally {task} {when}", "{when} at the latest i should {task}", "deliver the specs {when}",
    "action item: {task} {when}", "we agreed to {task} {when}", "{when} pls",
)  # fmt: skip
PAST = (
    "{event} was {when}", "i met {p} {when}", "{p} left {when}", "we talked {when}", "i sent it {when}",
    "{when} i saw {p}",
    "the parcel arrived {when}", "when was {event}? {when}", "i finished that {when}", "{p} called {when}",
    "{event} took place {when}",
)  # fmt: skip
HELD_PAST = (
    "{p} got back {when}",
    "we signed {when}",
    "{when} it broke",
    "{event} ended up being {when}",
    "i last saw {p} {when}",
)
STRETCHES = (
    "{event} {when}", "on vacation {when}", "out of office {when}", "{p} is away {when}", "block {when} for {event}",
    "no meetings {when}", "we're in rome {when}", "{p} visits {when}", "i'm free {when}",
    "the conference is {when}", "{when}: {event}",
    "are you around {when}?", "book the room {when}", "the sale runs {when}", "i'll be busy {when}",
    "off work {when}",
)  # fmt: skip
HELD_STRETCHES = (
    "reserve the cabin {when}", "{p} covers for me {when}", "mark me unavailable {when}", "{when} the shop is closed",
    "the fair goes on {when}", "keep {when} open for {event}", "house-sitting {when}",
    "calendar: {event} {when}", "{when} pls",
)  # fmt: skip
KINDS = {
    "past": (PAST, HELD_PAST),
    "stretch": (STRETCHES, HELD_STRETCHES),
    "event": (CARRIERS, HELD_CARRIERS),
    "routine": (ROUTINES, HELD_ROUTINES),
    "length": (LENGTHS, HELD_LENGTHS),
    "duty": (DUTIES, HELD_DUTIES),
}
BARE_SHARE = 0.3


PREPOSED = ("in ", "at ", "not ", "from ", "for ", "by ")
"""Beginnings that don't follow another preposition."""


def carrier(draw: Draw, kind: str, held_phrase: bool, text: str) -> Wording:
    """A sentence frame that fits the text; bare only where its wording belongs to the draw's side of the split."""
    shared, held = KINDS[kind]
    if draw.chance(BARE_SHARE) and draw.exam == held_phrase:
        return Wording(BARE, held_phrase)
    frames = held if draw.exam else shared
    if text.startswith(PREPOSED):
        frames = tuple(frame for frame in frames if "{whennude}" not in frame)
    return Wording(draw.of(frames), draw.exam)


def fillers(draw: Draw) -> dict[str, str]:
    """An event, a task and a person for one sentence."""
    person = draw.of(HELD_PERSONS if draw.exam else PERSONS)
    event = draw.of(HELD_EVENTS if draw.exam else EVENTS).replace("{p}", person)
    task = draw.of(HELD_TASKS if draw.exam else TASKS).replace("{p}", person)
    return {"p": person, "event": event, "task": task}


def sentence(draw: Draw, kind: str, said: Phrase, cell: str, *, frame: Wording | None = None,
             slots: dict[str, str] | None = None) -> Draft:  # fmt: skip
    """Put a time expression into a sentence; `frame` and `slots` fix the carrier and what fills it."""
    frame = frame or carrier(draw, kind, said.held, said.text)
    led = f"{said.lead} {said.text}".strip()
    when = said.text if frame.template == BARE and draw.chance(0.8) else led
    text = frame.fill(when=when, whennude=said.text, **(slots or fillers(draw)))
    return Draft(draw.now, cased(draw, text), said.answer, said.steps, f"{frame.template} | {said.template}", cell)


def trap(draw: Draw, kind: str, operator: str, said: Phrase, cell: str, *, plain: Phrase, plain_cell: str) -> Draft:
    """A trap and its answerable twin, in the same sentence."""
    held = said.held and plain.held if draw.exam else said.held or plain.held
    frame, slots = carrier(draw, kind, held, said.text), fillers(draw)
    twin = sentence(draw, kind, plain, plain_cell, frame=frame, slots=slots)
    return sentence(draw, kind, said, cell, frame=frame, slots=slots).trap(operator, twin)
