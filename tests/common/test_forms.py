"""What every form of the product refuses before an operation sees it."""

from __future__ import annotations

import pytest
from django import forms

from common.forms import RpForm


class Dated(RpForm):
    on = forms.DateField()


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "2101-01-01", "1899-12-31"])
def test_a_year_that_cannot_be_right_is_named_at_its_field(typed: str) -> None:
    form = Dated({"on": typed})
    assert form.errors == {"on": [f"The year {int(typed[:4])} cannot be right."]}


@pytest.mark.parametrize("typed", ["1900-01-01", "2100-12-31"])
def test_every_other_day_is_taken(typed: str) -> None:
    assert Dated({"on": typed}).is_valid()
