"""Nobody decides about a partner that her register names, and nobody approves under a limit that she raised."""

import incentives.guards
import ledger.walls
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    """The same that Python refuses, in the database."""

    dependencies = [
        ('catalog', '0002_first_rows'),
        ('districts', '0002_states'),
        ('incentives', '0005_override'),
        ('ledger', '0003_interest'),
        ('partners', '0003_withdrawn_settings'),
        ('workshops', '0002_schools'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='approval',
            constraint=ledger.walls.WithoutInterest(name='incentives_approval_interest', people={'by_id': 'new.at'}),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=incentives.guards.NotUnderOwnLimit(name='incentives_approval_own_limit'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=ledger.walls.WithoutInterest(name='incentives_claim_interest', people={'paid_by_id': 'new.paid_at', 'payer_id': 'now()'}),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=ledger.walls.WithoutInterest(name='incentives_override_interest', people={'confirmed_by_id': 'new.confirmed_at', 'proposed_by_id': 'new.proposed_at'}),
        ),
        migrations.AddConstraint(
            model_name='rejection',
            constraint=ledger.walls.WithoutInterest(name='incentives_rejection_interest', people={'by_id': 'new.at'}),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=ledger.walls.WithoutInterest(name='incentives_verification_interest', people={'by_id': 'new.at'}),
        ),
    ]
