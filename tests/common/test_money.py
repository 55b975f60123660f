"""Dollars as people write them: one parser, table by table, and a column that refuses what is no amount."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from common.money import MoneyFormField, NotMoney, parse_money, show_money, show_short, whole_dollars

ACCEPTED = [
    ("0", "0.00"),
    ("0.5", "0.50"),
    ("1234.5", "1234.50"),
    ("1,234.50", "1234.50"),
    ("$5,000", "5000.00"),
    (" 300.00 ", "300.00"),
    ("-12.34", "-12.34"),
    ("\u221212.34", "-12.34"),
    ("-$0.01", "-0.01"),
    ("007", "7.00"),
    ("9999999999.99", "9999999999.99"),
]
REFUSED = [
    "", " ", "1e3", "1E3", "NaN", "nan", "sNaN", "Infinity", "-inf", "１００", "٣٠٠", "1_000", "0.005", "1.234", "1,23", "12,34,567",
    "1.", ".5", "1,000,", ",100", "+5", "--5", "5-", "$", "$ 5", "5$", "USD 5", "1 000", "1\u00a0000", "1\n", "1\x00", "0x10", "½",
    "12345678901", "1.2.3", "1,0000", "(5)", "5%", "=1+1", "\u202e5",
]  # fmt: skip


@pytest.mark.parametrize(("text", "amount"), ACCEPTED)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    read = parse_money(text)
    assert (read, read.as_tuple().exponent) == (Decimal(amount), -2)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotMoney, match="such as"):
        parse_money(text)


def test_minus_nothing_is_nothing() -> None:
    assert parse_money("-0") == 0
    assert show_money(parse_money("-0")) == "$0.00"


@given(st.decimals(min_value="-9999999999.99", max_value="9999999999.99", places=2, allow_nan=False))
def test_what_is_shown_is_read_back(amount: Decimal) -> None:
    assert parse_money(show_money(amount)) == amount
    assert parse_money(show_short(amount)) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    with contextlib.suppress(NotMoney):
        assert parse_money(text).as_tuple().exponent == -2


@pytest.mark.parametrize(("amount", "whole"), [("4999.99", "4999.00"), ("-1.50", "-1.00"), ("0.99", "0.00")])
def test_whole_dollars_go_toward_zero(amount: str, whole: str) -> None:
    assert str(whole_dollars(Decimal(amount))) in (whole, f"-{whole}")
    assert whole_dollars(Decimal(amount)) == Decimal(whole)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("299.99", "Enter at least $300.00."),
        ("5,000.01", "Enter at most $5,000.00."),
        ("1e3", "such as 1,250.00"),
        ("", "Enter an amount."),
    ],
)
def test_a_field_says_its_limits(text: str, words: str) -> None:
    field = MoneyFormField(min_amount=Decimal(300), max_amount=Decimal(5000))
    with pytest.raises(ValidationError, match=words.replace("$", r"\$")):
        field.clean(text)
    assert field.clean("300.00") == Decimal("300.00")
    assert field.clean("$5,000") == Decimal("5000.00")


@pytest.mark.django_db
def test_the_column_refuses_nan() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns join pg_class on relname = table_name and relnamespace = 'public'::regnamespace"
            " where table_schema = 'public' and data_type = 'numeric' and numeric_precision >= 12 and not exists (select from pg_constraint"
            " where conrelid = pg_class.oid and contype = 'c' and pg_get_constraintdef(pg_constraint.oid) ~ column_name"
            " and pg_get_constraintdef(pg_constraint.oid) ~ 'NaN')"
        )
        assert cursor.fetchall() == []
