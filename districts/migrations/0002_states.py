"""The 50 states, the District of Columbia and the territories that NCES counts."""

import us
from django.db import migrations


def seed(apps, editor):
    """Code, FIPS number and name of each."""
    rows = apps.get_model("districts", "State").objects.using(editor.connection.alias)
    for state in [*us.states.STATES_AND_TERRITORIES, us.states.DC]:
        rows.update_or_create(code=state.abbr, defaults={"fips": state.fips, "name": state.name})


class Migration(migrations.Migration):
    """Rows that every district and school needs."""

    dependencies = [("districts", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
