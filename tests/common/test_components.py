"""Components: escaped, without outer whitespace where they stand in sentences, and deaf to variables of the page."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

from common.forms import RpForm
from common.money import MoneyFormField

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "cotton"


def render(source: str, **context: Any) -> str:
    """What a template with component tags shows."""
    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


class AskForm(RpForm):
    """A field of each kind that <c-field> treats differently."""

    amount = MoneyFormField(label="Amount", help_text="Whole dollars")
    note = forms.CharField(label="Note", required=False)
    day = forms.DateField(label="Day")
    seats = forms.IntegerField(label="Seats")
    place = forms.ChoiceField(
        label="Format", choices=[("room", "In a room"), ("call", "On a call")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="Agreed", required=False)


@pytest.mark.parametrize(
    "tag",
    ['<c-icon name="ok" />', '<c-status word="Draft" />', '<c-money :amount="amount" />', '<c-swatch kind="used" />'],
)
def test_components_of_a_sentence_bring_no_space_of_their_own(tag: str) -> None:
    shown = render(f"[{tag}]", amount=Decimal(5))
    assert re.fullmatch(r"\[<.*>\]", shown), shown


def test_what_people_typed_is_escaped_in_attributes_and_content() -> None:
    evil = '"><script>alert(1)</script>'
    pages = [
        '<c-panel :title="evil" id="x" :note="evil">{{ evil }}</c-panel>',
        '<c-status :word="evil" />',
        '<c-next-item :when="evil" title="{{ evil }}" :url="evil" :action="evil">{{ evil }}</c-next-item>',
        '<c-chip :name="evil" :value="evil" :remove="evil" />',
        '<c-comment :who="evil" :about="evil">{{ evil }}</c-comment>',
        '<c-meter :label="evil" :used="1" :cap="2" :unit="evil" />',
        '<c-track :label="evil" :steps="steps" />',
        '<c-confirm :title="evil" :action="evil" :back="evil">{{ evil }}</c-confirm>',
        '<c-batch :noun="evil" :all_url="evil" :all_count="evil">x</c-batch>',
    ]
    for source in pages:
        shown = render(source, evil=evil, steps=[{"word": evil, "note": evil, "state": "now"}])
        assert "<script" not in shown, source
        assert '""' not in shown.replace('=""', ""), source


def test_no_component_prints_its_attributes_unescaped() -> None:
    for file in FOLDER.glob("*.html"):
        assert "{{ attrs" not in file.read_text(), file.name


def test_a_variable_of_the_page_does_not_leak_into_a_component() -> None:
    page = {
        "title": "Page",
        "note": "Page",
        "foot": "Page",
        "actions": "Page",
        "word": "Page",
        "icon": "bell",
        "sub": "Page",
        "label": "Page",
    }
    for tag in (
        '<c-panel id="p"></c-panel>',
        "<c-page-head />",
        "<c-status />",
        "<c-note><p>x</p></c-note>",
        "<c-empty></c-empty>",
        "<c-savebar></c-savebar>",
    ):
        shown = render(tag, **page)
        assert "Page" not in shown, tag
        assert "i-bell" not in shown, tag


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    form = AskForm({"amount": "many", "day": "2026-11-21", "seats": "7", "place": "room"})
    shown = render('<c-field :field="form.amount" width="6" />', form=form)
    control = re.search(r"<input[^>]*>", shown)
    assert control is not None
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert 'class="form-control is-invalid"' in control[0]
    assert 'value="many"' in control[0]
    assert {"id_amount_helptext", "id_amount_error", "id_amount"} <= set(re.findall(r' id="([^"]+)"', shown))
    assert 'for="id_amount"' in shown and ">$</span>" in shown and "optional" not in shown


def test_words_that_a_page_gives_as_help_are_named_by_the_control() -> None:
    shown = render('<c-field :field="form.note" help="At most <b>two</b> lines & no more." />', form=AskForm())
    assert 'aria-describedby="id_note_helptext"' in shown
    assert re.search(r'id="id_note_helptext">At most', shown)


def test_optional_is_marked_and_typed_controls_are_chosen() -> None:
    form = AskForm()
    assert "· optional" in render('<c-field :field="form.note" />', form=form)
    assert 'type="date"' in str(form["day"])
    assert 'type="text"' in str(form["seats"]) and 'inputmode="numeric"' in str(form["seats"])
    assert "required" not in str(form["seats"])


def test_a_group_is_a_fieldset_and_a_checkbox_has_its_label_behind() -> None:
    form = AskForm({})
    group = render('<c-field :field="form.place" />', form=form)
    assert re.search(
        r'<fieldset[^>]* aria-describedby="id_place_error">\s*<legend class="form-label">Format</legend>', group
    )
    assert "Choose one." in group
    assert group.count('class="form-check-input is-invalid"') == 2
    box = render('<c-field :field="form.agreed" />', form=form)
    assert box.index("<input") < box.index(">Agreed</label>")


def test_an_error_list_leads_to_the_fields_and_is_silent_without_errors() -> None:
    bad = AskForm({"amount": "", "day": "2026-11-21", "seats": "x", "place": "room"})
    shown = render('<c-error-list :form="form" before="save" />', form=bad)
    assert re.findall(r'<a href="#([\w-]+)">([^<]+)</a>', shown) == [
        ("id_amount", "Amount: Enter an amount."),
        ("id_seats", "Seats: Enter a whole number."),
    ]
    assert "2 things to fix before you save" in shown
    assert render('<c-error-list :form="form" />', form=AskForm()).strip() == ""
