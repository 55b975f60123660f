"""The maps of coverage: states of the country, counties of a state. Shapes are us-atlas, projected already (static/vendor/us-atlas)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from common.charts import drawing
from impact.coverage.cover import Cover

FILLS = {Cover.WHOLE: "var(--map-3)", Cover.PART: "var(--map-1)", Cover.NONE: "url(#gap)"}
WIDTH, HEIGHT = 720, 440
Shape = tuple[str, str, str]


@lru_cache(maxsize=128)
def map_of(layer: str, prefix: str, shapes: tuple[Shape, ...], *, rest: Cover = Cover.NONE) -> SafeString:
    """A map of `layer` ("states", "counties") whose numbers begin with `prefix`; each shape is its number, its cover, and where it leads ("").

    A shape that is not named counts as `rest`.
    """
    alt: Any = import_module("altair")  # it takes a second to load: not before a map is drawn

    known = {number: (cover, url) for number, cover, url in shapes}
    topology = part_of(layer, prefix)
    numbers = [shape["id"] for shape in topology["objects"][layer]["geometries"]]
    rows = [
        dict(zip(("id", "cover", "url"), (number, *known.get(number, (rest, ""))), strict=True)) for number in numbers
    ]
    source = alt.Data(values=topology, format=alt.DataFormat(type="topojson", feature=layer))
    fill = alt.Color("cover:N", legend=None, scale=alt.Scale(domain=[*FILLS], range=[*FILLS.values()]))
    chart = (
        alt.Chart(source)
        .mark_geoshape()
        .transform_lookup(lookup="id", from_=alt.LookupData(alt.Data(values=rows), "id", ["cover", "url"]))
        .encode(color=fill, **({"href": alt.Href("url:N")} if any(url for _cover, url in known.values()) else {}))
        .project(type="identity")
        .properties(width=WIDTH, height=HEIGHT, background="transparent", padding=0)
        .configure_view(stroke=None)
    )
    return drawing(chart, css="map")


@cache
def atlas(layer: str) -> dict[str, Any]:
    """A TopoJSON topology of the country."""
    path = settings.BASE_DIR / "static/vendor/us-atlas" / f"{layer}-albers-10m.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def part_of(layer: str, prefix: str) -> dict[str, Any]:
    """The topology of the shapes whose number begins so, with the lines that they use and no other."""
    whole = atlas(layer)
    shapes = [shape for shape in whole["objects"][layer]["geometries"] if shape["id"].startswith(prefix)]
    places: dict[int, int] = {}
    for line in _lines([shape["arcs"] for shape in shapes]):
        places.setdefault(line if line >= 0 else ~line, len(places))
    objects = {
        layer: {
            "type": "GeometryCollection",
            "geometries": [{**shape, "arcs": _renumbered(shape["arcs"], places)} for shape in shapes],
        }
    }
    return {
        "type": "Topology",
        "transform": whole["transform"],
        "objects": objects,
        "arcs": [whole["arcs"][line] for line in places],
    }


def _lines(arcs: Any) -> Iterable[int]:
    """Every number in nested lists of lines; `~n` is line n backwards."""
    if isinstance(arcs, int):
        yield arcs
        return
    for inner in arcs:
        yield from _lines(inner)


def _renumbered(arcs: Any, places: dict[int, int]) -> Any:
    if isinstance(arcs, int):
        return places[arcs] if arcs >= 0 else ~places[~arcs]
    return [_renumbered(inner, places) for inner in arcs]
