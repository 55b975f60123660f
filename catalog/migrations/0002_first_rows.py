"""The first rows of the catalog."""

from django.db import migrations

from catalog.seeds import seed


class Migration(migrations.Migration):
    """Active courses, their subjects and rules, and the seasons of the agreement."""

    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
