"""First version of the settings of this app."""

from django.db import migrations

from partners.seeds import remove_settings, settings_of


class Migration(migrations.Migration):
    """How long an invitation may be used."""

    dependencies = [("partners", "0001_initial")]
    operations = [
        migrations.RunPython(
            settings_of(("partners.invitation_days", "7", "Default until staff decide otherwise")),
            remove_settings("partners.invitation_days"),
        )
    ]
