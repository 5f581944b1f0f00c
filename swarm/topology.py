"""The flow of a swarm as it is now, drawn: who stands where, what waits before each, who works there, and the ways."""

from collections import Counter
from dataclasses import dataclass

from swarm.flow import BUILT_IN, Flow, Place, RoleSpec, declared
from swarm.flow.streams import STREAMS
from swarm.state import SwarmState
from swarm.work import QueueCount, Stage

_ROW, _WIDTH, _HEIGHT, _GAP = 84, 300, 56, 120
"""Of the picture, in pixels: from box to box, a box, and between the columns."""
_FILL = {Place.SOURCE: "#eef3fb", Place.LINE: "#ffffff", Place.GATE: "#fdf1dc", Place.TAP: "#e7f5ec"}


@dataclass(frozen=True, slots=True)
class Stand:
    """One role in the drawing."""

    role: str
    place: Place
    queue: str
    agents: int
    waiting: int
    leased: int
    dropped: int
    unoffered: int
    declared: bool

    @property
    def words(self) -> tuple[str, str]:
        """What stands in its box: who, and what is going on there."""
        who = f"{self.role}{'' if self.place in (Place.SOURCE, Place.LINE) else f' ({self.place})'}"
        told = [f"[{self.queue}] {self.waiting} waiting, {self.leased} leased"] if self.queue else []
        told += [f"{self.agents} agent{'' if self.agents == 1 else 's'}"]
        told += [f"{self.dropped} dropped"] if self.place is Place.GATE else []
        told += [f"{self.unoffered} not offered"] if self.place is Place.TAP else []
        return who, ", ".join(told)


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow: from one role to another, and what goes along it. A tap is offered copies."""

    start: str
    end: str
    goes: str
    copies: bool = False


def flow_of(state: SwarmState) -> Flow:
    """The flow that a state tells of."""
    return declared(BUILT_IN, state.flow.roles if state.flow else ())


def stands(state: SwarmState) -> list[Stand]:
    """The roles that make or consume samples, in the order of the way; taps last."""
    flow, counts = flow_of(state), {count.name: count for count in state.queues}
    present = Counter(agent.card.role_name for agent in state.agents)
    own = set(BUILT_IN.by_name)
    shown = [spec for spec in flow.specs if spec.place is Place.SOURCE and _is_drawn(spec, present)]
    for line in (spec for spec in flow.specs if spec.place is Place.LINE):
        shown += [flow.by_name[queue] for queue in flow.path(line.queue)[:-1]] + [line]
    shown += [spec for spec in flow.specs if spec.place is Place.TAP]
    return [_stand(spec, counts.get(spec.queue), present[spec.name], spec.name not in own) for spec in shown]


def ways(state: SwarmState) -> list[Way]:
    """All arrows between the roles that are drawn."""
    flow = flow_of(state)
    drawn = {stand.role: flow.by_name[stand.role] for stand in stands(state)}
    found: list[Way] = []
    for spec in drawn.values():
        if spec.place is Place.GATE:
            found.append(Way(spec.name, _worker(flow, flow.after(spec.queue)), "pass"))
        elif spec.consumes:
            entry = _worker(flow, flow.path(spec.queue)[0])
            is_tap, kind = spec.place is Place.TAP, STREAMS[spec.consumes].kind
            makers = [maker for maker in drawn.values() if kind in _makes(maker)]
            found += [Way(maker.name, entry, spec.consumes, is_tap) for maker in makers]
    return found


def in_words(state: SwarmState) -> str:
    """The flow as lines of text."""
    lines = [f"{state.name}, {state.domain}, revision {state.revision}"]
    for stand in stands(state):
        who, told = stand.words
        onward = [way for way in ways(state) if way.start == stand.role]
        to = ", ".join(f"{way.goes} {'~>' if way.copies else '->'} {way.end}" for way in onward)
        lines.append(f"  {who:<24} {told}{f'; {to}' if to else ''}")
    return "\n".join(lines)


def in_mermaid(state: SwarmState) -> str:
    """The flow as a Mermaid flowchart."""
    lines = ["flowchart TD"]
    for stand in stands(state):
        lines.append(f'  {_id(stand.role)}["{"<br>".join(stand.words)}"]')
    for way in ways(state):
        lines.append(f"  {_id(way.start)} {'-.->' if way.copies else '-->'}|{way.goes}| {_id(way.end)}")
    return "\n".join(lines)


def as_svg(state: SwarmState) -> str:
    """The flow as a picture: the way from top to bottom, taps beside it."""
    found = stands(state)
    column = {stand.role: int(stand.place is Place.TAP) for stand in found}
    row = {s.role: [other.role for other in found if column[other.role] == column[s.role]].index(s.role) for s in found}
    at = {role: (10 + column[role] * (_WIDTH + _GAP), 10 + row[role] * _ROW) for role in row}
    width, height = 20 + 2 * _WIDTH + 2 * _GAP, 20 + _ROW * (max(row.values()) + 1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">']
    parts += ['<defs><marker id="end" orient="auto" markerWidth="8" markerHeight="8" refX="7" refY="4">']
    parts += ['<path d="M0,0 L8,4 L0,8 z" fill="#3b4552"/></marker></defs>']
    parts += [_arrow(at[way.start], at[way.end], way) for way in ways(state)]
    for stand in found:
        (x, y), (who, told) = at[stand.role], stand.words
        parts.append(f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{_FILL[stand.place]}"')
        parts.append(f' stroke="#3b4552"/><text x="{x + 12}" y="{y + 23}" font-size="15">{who}</text>')
        parts.append(f'<text x="{x + 12}" y="{y + 43}" font-size="12" fill="#3b4552">{told}</text>')
    return "\n".join([*parts, "</svg>"])


def _arrow(start: tuple[int, int], end: tuple[int, int], way: Way) -> str:
    """Straight down to the next box; anything else in a bow to the right of the column."""
    (x, y), (to_x, to_y) = start, end
    if x == to_x and to_y == y + _ROW:
        path = f"M{x + _WIDTH // 2},{y + _HEIGHT} L{to_x + _WIDTH // 2},{to_y}"
        words = x + _WIDTH // 2 + 8, y + _HEIGHT + 18
    else:
        right, into = x + (_WIDTH if to_x >= x else 0), to_x + (0 if to_x > x else _WIDTH)
        bow = max(right, into) + 40 if to_x == x else (right + into) // 2
        out, home = y + _HEIGHT // 2, to_y + _HEIGHT // 2
        path = f"M{right},{out} C{bow},{out} {bow},{home} {into},{home}"
        words = bow - 30, (y + to_y + _HEIGHT) // 2
    dashes = ' stroke-dasharray="5 4"' if way.copies else ""
    drawn = f'<path d="{path}" fill="none" stroke="#3b4552" marker-end="url(#end)"{dashes}/>'
    return f'{drawn}<text x="{words[0]}" y="{words[1]}" font-size="11" fill="#3b4552">{way.goes}</text>'


def _is_drawn(spec: RoleSpec, present: Counter[str]) -> bool:
    """Of who consumes nothing: those that make probes, if they are here or may be expected."""
    expected = spec.name == "prober" or spec.name not in BUILT_IN.by_name
    return "probe" in spec.publishes and (expected or spec.name in present)


def _stand(spec: RoleSpec, count: QueueCount | None, agents: int, is_declared: bool) -> Stand:
    held = count or QueueCount(stage=Stage.DECLARED)
    waiting, beside = held.ready + held.delayed, (held.dropped, held.unoffered)
    return Stand(spec.name, spec.place, spec.queue, agents, waiting, held.leased, *beside, is_declared)


def _makes(spec: RoleSpec) -> tuple[str, ...]:
    """The kinds that go on from a role: what it completes with, and the probes that it publishes."""
    return (spec.completes_with, *(("probe",) if "probe" in spec.publishes else ()))


def _worker(flow: Flow, queue: str) -> str:
    """Who takes work from a queue."""
    return next(spec.name for spec in flow.specs if spec.queue == queue)


def _id(role: str) -> str:
    return role.replace("-", "_")
