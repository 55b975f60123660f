"""From what people write to an area: `NM`, `New Mexico`, `McKinley County, NM`, `87301`, `87301-1234`."""

from __future__ import annotations

import re

from common.errors import DomainError
from districts.models import County, State, ZipCounty
from partners.models import Level
from partners.operations import Area

ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)


class AreaUnknown(DomainError):
    """Nothing that we know has this name or number."""

    code = "area_unknown"


def zip_of(text: str) -> str:
    """The five digits of `87301` or `87301-1234`. Raises AreaUnknown."""
    found = ZIP.fullmatch(text.strip())
    if found is None:
        raise AreaUnknown("A ZIP code has five digits, such as 87301.", field="area")
    return found[1]


def area_of(text: str) -> Area:
    """A state, county or ZIP code that exists; nothing is guessed. Raises AreaUnknown, two queries at most."""
    words = " ".join(text.replace("\0", " ").split())
    if ZIP.fullmatch(words):
        return _zip(zip_of(words))
    name, comma, code = words.rpartition(",")
    if comma:
        return _county(name.strip(), code.strip())
    state = State.objects.filter(code=words.upper()).first() if len(words) == 2 else None
    state = state or State.objects.filter(name__iexact=words).first()
    if state is None:
        raise AreaUnknown(f"“{words[:60]}” is no state, county with its state, or ZIP code.", field="area")
    return Area(Level.STATE, state.code, state.name)


def _zip(code: str) -> Area:
    if not ZipCounty.objects.filter(zip_code=code, is_current=True).exists():
        raise AreaUnknown(f"The ZIP code {code} lies in no county that we know.", field="area")
    return Area(Level.ZIP, code, code)


def _county(name: str, code: str) -> Area:
    rows = County.objects.filter(is_current=True, state__code=code.upper(), name__iexact=name)
    county = rows.select_related("state").first()
    if county is None:
        raise AreaUnknown(f"No county of {code[:20]} has the name “{name[:60]}”.", field="area")
    return Area(Level.COUNTY, county.fips, str(county))
