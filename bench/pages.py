"""Pages of docs/ that a bench fills in."""

import re


def filled(document: str, name: str, made: str) -> str:
    """The page with what stands between its two marks made anew. Raises ValueError where it lacks them."""
    place = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if not place.search(document):
        said = f"the page has no '<!-- begin {name} -->' and '<!-- end {name} -->'; give both lines"
        raise ValueError(said)
    return place.sub(lambda found: f"{found[1]}{made}\n{found[2]}", document)
