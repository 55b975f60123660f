"""From which day after a year's end it may be swept (incentives 4.4)."""

from django.db import migrations

from partners.seeds import remove_settings, settings_of


class Migration(migrations.Migration):
    """150 days [default]."""

    dependencies = [("incentives", "0003_sweep")]
    operations = [
        migrations.RunPython(
            settings_of(("incentives.sweep_days", "150", "Default until staff decide otherwise")),
            remove_settings("incentives.sweep_days"),
        )
    ]
