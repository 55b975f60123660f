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


class Counted(RpForm):
    seats = forms.IntegerField()


@pytest.mark.parametrize("typed", ["\uff11\uff10\uff10", "\u0661\u0662", "1_000", "1\uff10", "\u00a07", "1e3", "1.5"])
def test_a_whole_number_is_typed_in_ascii_digits(typed: str) -> None:
    assert Counted({"seats": typed}).errors == {"seats": ["Enter a whole number."]}


@pytest.mark.parametrize(("typed", "read"), [("100", 100), (" 7 ", 7), ("-3", -3), ("30.0", 30)])
def test_every_other_whole_number_is_taken(typed: str, read: int) -> None:
    form = Counted({"seats": typed})
    assert (form.errors, form.cleaned_data) == ({}, {"seats": read})


class Asked(RpForm):
    size = forms.IntegerField(min_value=1, max_value=500)
    kind = forms.ChoiceField(choices=[("a", "A")], error_messages={"required": "Say which."})
    name = forms.CharField(max_length=3)


def test_what_is_wrong_is_said_in_the_words_of_the_product() -> None:
    wrong = Asked({"size": "0", "kind": "b", "name": "four"}).errors
    assert wrong == {
        "size": ["Enter at least 1."],
        "kind": ["Choose from the list."],
        "name": ["Use at most 3 characters; these are 4."],
    }
    assert Asked({"size": "501", "name": "abc"}).errors == {"size": ["Enter at most 500."], "kind": ["Say which."]}
