"""How the limit in force is found, and the first limits."""

import datetime as dt
from decimal import Decimal

from django.db import migrations

from ledger.walls import LIMIT_FUNCTION

FIRST_DAY = dt.date(2020, 1, 1)
REASON = "Default until staff decide otherwise"
LIMITS = (
    ("incentive_year", "12000.00"),
    ("incentive_total", "720000.00"),
    ("grant_pool", "250000.00"),
    ("grant_quarter", "5000.00"),
)


def seed(apps, editor):
    """One version of each limit, for every period."""
    limit = apps.get_model("ledger", "Limit").objects.using(editor.connection.alias)
    at = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
    for kind, amount in LIMITS:
        limit.create(kind=kind, amount=Decimal(amount), valid_from=FIRST_DAY, reason=REASON, proposed_at=at, confirmed_at=at)


class Migration(migrations.Migration):
    """$12,000 a partner and year, $720,000 and $250,000 a year for the network, $5,000 a partner and quarter."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(LIMIT_FUNCTION, "drop function app.ledger_limit(text, bigint, text)"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
