"""Pages of lists that are read as a whole: short ones, whose order is that of a key."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from swarm.gateway.desk import MOST_ITEMS, Desk, wires, within_message
from swarm.gateway.masks import Mask
from swarm.gateway.soundness import bounded
from swarm.records import Record


def page(
    desk: Desk, request: Any, kind: type[Message], items: Sequence[Record], keys: Sequence[int | str] | None = None
) -> tuple[list[Any], str]:
    """The items of a list that answer a request, as messages under its mask, and the token of the page behind them.

    Without a page size the page is the whole list, as far as one message holds it. `keys` ascend beside the items and
    stay the same from page to page; left out, the list only ever grows at its end.
    """
    places = keys if keys is not None else range(len(items))
    keep, place = Mask.of(request, kind), desk.paging.read(request)
    start = bisect_right(places, place[0]) if place else 0
    size = request.page_size or len(items)
    bounded(f"{request.DESCRIPTOR.name}.page_size", size, 0, 2**31 - 1)
    size = min(size, MOST_ITEMS) if request.page_size else size
    shown = within_message(map(keep, wires(items[start : start + size])))
    end = start + len(shown)
    token = desk.paging.token(request, places[end - 1]) if end < len(items) else ""
    return shown, token
