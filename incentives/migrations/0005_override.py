"""Two people of staff may lift one amber check of a claim."""

import common.refs
import common.tenancy.constraints
import django.db.models.deletion
import incentives.guards
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """One row for each check that was proposed to be lifted."""

    dependencies = [
        ('incentives', '0004_sweep_days'),
        ('partners', '0003_withdrawn_settings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('V')),
                ('check_name', models.CharField(choices=[('confirmation', 'Confirmation valid'), ('unchanged', 'Unchanged since it was verified'), ('window', 'Claimed in time'), ('payee', 'Payee on file')], max_length=12)),
                ('facts_hash', models.CharField(max_length=64)),
                ('reason', models.CharField(max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=incentives.guards.NotLifted(name='incentives_approval_not_lifted'),
        ),
        migrations.AddField(
            model_name='override',
            name='claim',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='incentives.claim'),
        ),
        migrations.AddField(
            model_name='override',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='override',
            name='partner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner'),
        ),
        migrations.AddField(
            model_name='override',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='override',
            index=models.Index(fields=['claim'], name='incentives_override_claim'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=incentives.guards.HonestOverride(name='incentives_override_honest'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), name='incentives_override_two'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('withdrawn_at__isnull', True)), _connector='OR'), name='incentives_override_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='incentives_override_reason'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('check_name__in', ['confirmation', 'unchanged', 'window', 'payee'])), name='incentives_override_liftable'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.UniqueConstraint(models.F('claim'), models.F('check_name'), models.F('facts_hash'), condition=models.Q(('withdrawn_at__isnull', True)), name='incentives_override_once'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='incentives_override_tenant_key', writers='staff'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=common.tenancy.constraints.SameTenant(field='claim', name='incentives_override_claim_same_tenant'),
        ),
    ]
