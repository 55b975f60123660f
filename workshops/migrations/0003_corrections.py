"""A correction may also name a person who is missing, or other facts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two more kinds of correction."""

    dependencies = [("workshops", "0002_schools")]
    operations = [
        migrations.AddField("correction", "person", models.JSONField(default=dict)),
        migrations.AddField("correction", "facts", models.JSONField(default=dict)),
    ]
