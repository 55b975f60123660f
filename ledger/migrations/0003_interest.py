"""Nobody raises or lowers the limit of a partner that her register names."""

import ledger.walls
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    """The same that Python refuses, in the database."""

    dependencies = [
        ('ledger', '0002_limits'),
        ('partners', '0003_withdrawn_settings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='partnerlimit',
            constraint=ledger.walls.WithoutInterest(name='ledger_partnerlimit_interest', people={'confirmed_by_id': 'new.confirmed_at', 'proposed_by_id': 'new.proposed_at'}),
        ),
    ]
