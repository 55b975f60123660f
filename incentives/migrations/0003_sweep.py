"""The year-end sweep: option c of a fiscal year."""

import common.money
import common.refs
import common.tenancy.constraints
import django.db.models.deletion
import incentives.guards
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """One row for each swept year."""

    dependencies = [
        ('incentives', '0002_catalog'),
        ('partners', '0003_withdrawn_settings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('U')),
                ('room', common.money.MoneyField()),
                ('shared', common.money.MoneyField()),
                ('level', common.money.MoneyField()),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='fiscaloption',
            name='incentives_fiscaloption_choice',
        ),
        migrations.AlterField(
            model_name='fiscaloption',
            name='choice',
            field=models.CharField(choices=[('forfeit', 'Kept for recognition only'), ('defer', 'Paid from the next year, as far as its share allows'), ('sweep', 'Paid from what the network has left, shared by a sweep after the year')], max_length=8),
        ),
        migrations.AlterField(
            model_name='rest',
            name='state',
            field=models.CharField(choices=[('waiting', 'Earned, unpaid'), ('forfeited', 'Kept for recognition'), ('deferred', 'Waits for payment'), ('in_batch', 'In payment'), ('paid', 'Paid')], default='waiting', max_length=9),
        ),
        migrations.AddConstraint(
            model_name='fiscaloption',
            constraint=models.CheckConstraint(condition=models.Q(('choice__in', ['forfeit', 'defer', 'sweep'])), name='incentives_fiscaloption_choice'),
        ),
        migrations.AddField(
            model_name='sweep',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sweep',
            name='fiscal_year',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sweep', to='partners.fiscalyear'),
        ),
        migrations.AddField(
            model_name='sweep',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='sweep',
            constraint=incentives.guards.ConfirmedSweep(name='incentives_sweep_kept'),
        ),
        migrations.AddConstraint(
            model_name='sweep',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), name='incentives_sweep_two'),
        ),
        migrations.AddConstraint(
            model_name='sweep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='incentives_sweep_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='sweep',
            constraint=models.CheckConstraint(condition=models.Q(('shared__gte', 0), ('shared__lte', models.F('room'))), name='incentives_sweep_fits'),
        ),
        migrations.AddConstraint(
            model_name='sweep',
            constraint=common.tenancy.constraints.StaffTable(name='incentives_sweep_network'),
        ),
    ]
