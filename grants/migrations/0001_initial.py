"""Cycles, proposals, reviews, slates and awards; keys come before the rows that point at them."""

import common.dated
import common.money
import common.refs
import common.states
import common.tenancy.constraints
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import grants.guards
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_doors'),
        ('ledger', '0002_limits'),
        ('partners', '0002_settings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=30)),
                ('label', models.CharField(max_length=80)),
                ('weight', common.money.ExactField(decimal_places=2, max_digits=5)),
                ('anchor_1', models.CharField(max_length=200)),
                ('anchor_3', models.CharField(max_length=200)),
                ('anchor_5', models.CharField(max_length=200)),
                ('position', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Cycle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('C')),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('reviews_due_at', models.DateTimeField()),
                ('slate_due_at', models.DateTimeField()),
                ('seed_sha256', models.CharField(blank=True, max_length=64)),
                ('seed', models.CharField(blank=True, max_length=64)),
                ('opened_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('scores_opened_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('waitlist_ended_at', models.DateTimeField(null=True)),
                ('quarter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cycle', to='partners.quarter')),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('P')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('pm_review', 'With Program Manager'), ('submitted', 'Submitted'), ('in_review', 'In review'), ('scored', 'Scored'), ('proposed', 'Decision proposed'), ('awarded', 'Awarded'), ('waitlisted', 'Waitlisted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                ('title', models.CharField(blank=True, max_length=120)),
                ('ask', common.money.MoneyField(null=True)),
                ('answers', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('saved_from', models.CharField(blank=True, max_length=16)),
                ('created_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cycle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.cycle')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ProposalVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('author_name', models.CharField(max_length=120)),
                ('applicant', models.CharField(max_length=16)),
                ('needs_endorsement', models.BooleanField()),
                ('partner_name', models.CharField(max_length=200)),
                ('partner_states', models.CharField(blank=True, max_length=120)),
                ('title', models.CharField(max_length=120)),
                ('audience', models.CharField(choices=[('district_leaders', 'District leaders and board members'), ('principals', 'Principals'), ('counselors', 'School counselors'), ('teachers', 'Teachers'), ('families', 'Families and students'), ('state_leaders', 'State leaders and agencies'), ('community', 'Community and employers')], max_length=20)),
                ('audience_size', models.PositiveIntegerField()),
                ('audience_note', models.CharField(max_length=1000)),
                ('goals', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('teachers', 'Teachers prepared'), ('students', 'Students reached'), ('implementation', 'Courses taught'), ('diversity', 'Diversity of students'), ('quality', 'Quality of workshops')], max_length=16))),
                ('objectives', models.CharField(max_length=2000)),
                ('ask', common.money.MoneyField()),
                ('minimum', common.money.MoneyField()),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('place', models.CharField(max_length=120)),
                ('scope', models.CharField(default='local', max_length=10)),
                ('sha256', models.CharField(max_length=64)),
                ('frozen_on', models.DateField()),
                ('frozen_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('proposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='grants.proposal')),
            ],
        ),
        migrations.AddField(
            model_name='proposal',
            name='version',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.proposalversion'),
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('outcome', models.CharField(choices=[('endorsed', 'Endorsed'), ('returned', 'Returned')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('answered_on', models.DateField()),
                ('answered_at', models.DateTimeField()),
                ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='grants.proposalversion')),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('R')),
                ('reviewer_name', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('assigned', 'Open'), ('done', 'Scored'), ('stood_down', 'Stood down')], default='assigned', max_length=10)),
                ('assigned_on', models.DateField()),
                ('assigned_at', models.DateTimeField()),
                ('to_applicant', models.CharField(blank=True, max_length=2000)),
                ('internal', models.CharField(blank=True, max_length=2000)),
                ('saved_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('stood_down_at', models.DateTimeField(null=True)),
                ('stood_down_reason', models.CharField(blank=True, max_length=500)),
                ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.cycle')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('proposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='grants.proposal')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.proposalversion')),
            ],
        ),
        migrations.CreateModel(
            name='ReviewScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.PositiveSmallIntegerField()),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.criterion')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('review', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='grants.review')),
            ],
        ),
        migrations.CreateModel(
            name='Rubric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_before', models.DateField(blank=True, null=True)),
                ('reason', models.CharField(max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('ref', common.refs.RefField('B')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='cycle',
            name='rubric',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.rubric'),
        ),
        migrations.AddField(
            model_name='criterion',
            name='rubric',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='criteria', to='grants.rubric'),
        ),
        migrations.CreateModel(
            name='Slate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('L')),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('prepared', 'Prepared'), ('proposed', 'Waits for approval'), ('approved', 'Approved'), ('returned', 'Returned'), ('replaced', 'Replaced')], default='prepared', max_length=8)),
                ('policy', models.CharField(max_length=2)),
                ('line', common.money.ExactField(decimal_places=2, max_digits=5)),
                ('level', common.money.MoneyField(null=True)),
                ('envelope', common.money.MoneyField()),
                ('total', common.money.MoneyField()),
                ('replay_sha256', models.CharField(max_length=64)),
                ('prepared_at', models.DateTimeField()),
                ('proposed_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('return_reason', models.CharField(blank=True, max_length=500)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slates', to='grants.cycle')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('returned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SlateLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField()),
                ('score', common.money.ExactField(decimal_places=2, max_digits=5)),
                ('gap', common.money.ExactField(decimal_places=2, max_digits=5)),
                ('gap_step', models.PositiveSmallIntegerField()),
                ('ask', common.money.MoneyField()),
                ('minimum', common.money.MoneyField()),
                ('bound', common.money.MoneyField()),
                ('amount', common.money.MoneyField()),
                ('other_amount', common.money.MoneyField()),
                ('outcome', models.CharField(choices=[('full', 'Full'), ('partial', 'Part'), ('waitlist', 'Waitlist'), ('decline', 'Decline')], max_length=8)),
                ('cause', models.CharField(max_length=20)),
                ('place', models.PositiveSmallIntegerField(null=True)),
                ('reason', models.CharField(max_length=1000)),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('proposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.proposal')),
                ('slate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='grants.slate')),
            ],
        ),
        migrations.CreateModel(
            name='VersionLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('family', models.CharField(choices=[('conference', 'Conference or speaking'), ('booth', 'Booth, giveaways, flyers, signage'), ('content', 'Stories, data snapshots, videos'), ('sponsorship', 'Sponsorship of a state event'), ('event', 'CS Ed Week or district showcase')], max_length=12)),
                ('what', models.CharField(max_length=120)),
                ('basis', models.CharField(blank=True, max_length=120)),
                ('amount', common.money.MoneyField()),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='grants.proposalversion')),
            ],
        ),
        migrations.CreateModel(
            name='VersionOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('measure', models.CharField(choices=[('leaders', 'District leaders reached'), ('principals', 'Principals reached'), ('counselors', 'Counselors reached'), ('teachers', 'Teachers reached'), ('people', 'People at the event'), ('schools', 'Schools that plan a course'), ('districts', 'Districts that begin planning'), ('pieces', 'Pieces handed out'), ('views', 'Views of the content')], max_length=12)),
                ('what', models.CharField(blank=True, max_length=120)),
                ('baseline', models.PositiveIntegerField()),
                ('promised', models.PositiveIntegerField()),
                ('by', models.DateField()),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='grants.proposalversion')),
            ],
        ),
        migrations.CreateModel(
            name='WaitlistOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('K')),
                ('amount', common.money.MoneyField()),
                ('reason', models.CharField(max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dropped_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('proposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='grants.proposal')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CycleSeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed', models.BinaryField(max_length=32)),
                ('drawn_at', models.DateTimeField()),
                ('cycle', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='secret', to='grants.cycle')),
            ],
            options={
                'constraints': [common.tenancy.constraints.AppendOnlyTable(name='grants_cycleseed_append_only'), common.tenancy.constraints.StaffTable(name='grants_cycleseed_network')],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signed_at', models.DateTimeField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.cycle')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [common.tenancy.constraints.GuardedTable(name='grants_declaration_guard'), common.tenancy.constraints.AppendOnlyTable(name='grants_declaration_append_only'), models.UniqueConstraint(models.F('cycle'), models.F('person'), name='grants_declaration_once'), common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_declaration_seen', role='rp_review', using='person_id = (select app.person())', with_check=''), common.tenancy.constraints.DoorPolicy(command='INSERT', name='grants_declaration_signed', role='rp_review', using='', with_check='person_id = (select app.person())'), common.tenancy.constraints.NetworkTable(name='grants_declaration_network')],
            },
        ),
        migrations.CreateModel(
            name='PolicyChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy', models.CharField(choices=[('P1', 'Rank and fill'), ('P3', 'Equal awards')], max_length=2)),
                ('line', common.money.ExactField(decimal_places=2, max_digits=5)),
                ('reason', models.CharField(max_length=500)),
                ('chosen_at', models.DateTimeField()),
                ('chosen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='grants.cycle')),
            ],
            options={
                'constraints': [common.tenancy.constraints.AppendOnlyTable(name='grants_policychoice_append_only'), models.CheckConstraint(condition=models.Q(('policy__in', ['P1', 'P3'])), name='grants_policychoice_known'), models.CheckConstraint(condition=models.Q(('line__gte', 0), ('line__lte', 100)), name='grants_policychoice_line'), common.tenancy.constraints.NetworkTable(name='grants_policychoice_network')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('full', 'Awarded in full'), ('partial', 'Awarded in part'), ('waitlist', 'Waitlisted'), ('decline', 'Declined')], max_length=8)),
                ('amount', common.money.MoneyField()),
                ('score', common.money.ExactField(decimal_places=2, max_digits=5)),
                ('place', models.PositiveSmallIntegerField(null=True)),
                ('reason', models.CharField(max_length=1000)),
                ('comments', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.cycle')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('proposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='grants.proposal')),
            ],
            options={
                'indexes': [models.Index(fields=['partner', 'proposal', '-decided_at'], name='grants_decision_proposal')],
                'constraints': [common.tenancy.constraints.AppendOnlyTable(name='grants_decision_append_only'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='grants_decision_reason'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('outcome__in', ('full', 'partial'))), models.Q(('amount', 0), ('outcome__in', ('waitlist', 'decline'))), _connector='OR'), name='grants_decision_amount'), common.tenancy.constraints.TenantTable(key=True, name='grants_decision_tenant_key', writers='staff'), common.tenancy.constraints.SameTenant(field='proposal', name='grants_decision_proposal_same_tenant')],
            },
        ),
        migrations.CreateModel(
            name='ContextNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=1000)),
                ('author_name', models.CharField(max_length=120)),
                ('written_at', models.DateTimeField()),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='context_notes', to='grants.proposal')),
            ],
            options={
                'constraints': [common.tenancy.constraints.AppendOnlyTable(name='grants_contextnote_append_only'), common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_contextnote_review', role='rp_review', using='proposal_id = any ((select app.reviews())::bigint[])', with_check=''), common.tenancy.constraints.TenantTable(key=True, name='grants_contextnote_tenant_key', writers='tenant'), common.tenancy.constraints.SameTenant(field='proposal', name='grants_contextnote_proposal_same_tenant')],
            },
        ),
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', common.refs.RefField('G')),
                ('amount', common.money.MoneyField()),
                ('from_waitlist', models.BooleanField(default=False)),
                ('approved_at', models.DateTimeField()),
                ('approved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('transaction', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.cycle')),
                ('proposal', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='award', to='grants.proposal')),
            ],
            options={
                'constraints': [common.tenancy.constraints.AppendOnlyTable(name='grants_award_append_only'), grants.guards.HonestAward(name='grants_award_guard'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('proposed_by')), _negated=True), name='grants_award_two_people'), models.CheckConstraint(condition=models.Q(('amount__gte', 1)), name='grants_award_amount'), common.tenancy.constraints.TenantTable(key=True, name='grants_award_tenant_key', writers='staff'), common.tenancy.constraints.SameTenant(field='proposal', name='grants_award_proposal_same_tenant'), common.tenancy.constraints.SameTenant(field='transaction', name='grants_award_transaction_same_tenant')],
            },
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['partner', '-saved_at', '-id'], name='grants_proposal_list'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['-saved_at', '-id'], name='grants_proposal_all'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['cycle', 'state'], name='grants_proposal_cycle'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['author'], name='grants_proposal_author'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['reviewer', 'state'], name='grants_review_reviewer'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['cycle', 'state'], name='grants_review_cycle'),
        ),
        migrations.AddIndex(
            model_name='cycle',
            index=models.Index(fields=['opens_at'], name='grants_cycle_opens'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_proposalversion_tenant_key', writers='tenant'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_proposal_tenant_key', writers='tenant'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_endorsement_tenant_key', writers='tenant'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_review_tenant_key', writers='staff'),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_reviewscore_tenant_key', writers='staff'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_slateline_tenant_key', writers='staff'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_versionline_tenant_key', writers='tenant'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_versionoutcome_tenant_key', writers='tenant'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=common.tenancy.constraints.TenantTable(key=True, name='grants_waitlistoffer_tenant_key', writers='staff'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=common.tenancy.constraints.AppendOnlyTable(name='grants_proposalversion_append_only'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=grants.guards.FrozenVersion(name='grants_proposalversion_guard'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.UniqueConstraint(models.F('proposal'), models.F('number'), name='grants_proposalversion_number'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.CheckConstraint(condition=models.Q(('scope', 'local')), name='grants_proposalversion_scope'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.CheckConstraint(condition=models.Q(('ask__gte', 2)), name='grants_proposalversion_ask'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.CheckConstraint(condition=models.Q(('minimum__gte', 1), ('minimum__lte', models.F('ask'))), name='grants_proposalversion_minimum'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='grants_proposalversion_dates'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.CheckConstraint(condition=models.Q(('goals__len__gte', 1)), name='grants_proposalversion_goals'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_proposalversion_review', role='rp_review', using='proposal_id = any ((select app.reviews())::bigint[]) and id in (select version_id from grants_review where reviewer_id = (select app.person()))', with_check=''),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=common.states.StateTable(field='state', name='grants_proposal_states', steps={'': ('draft',), 'draft': ('pm_review', 'submitted', 'withdrawn'), 'in_review': ('scored',), 'pm_review': ('submitted', 'draft', 'withdrawn'), 'proposed': ('awarded', 'waitlisted', 'declined', 'scored'), 'scored': ('proposed',), 'submitted': ('in_review', 'draft', 'withdrawn'), 'waitlisted': ('awarded', 'declined')}),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=grants.guards.PartnerPart(name='grants_proposal_guard'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'pm_review', 'withdrawn')), models.Q(('cycle__isnull', False), ('submitted_at__isnull', False), ('submitted_by__isnull', False), ('version__isnull', False)), _connector='OR'), name='grants_proposal_sent_whole'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=common.tenancy.constraints.AppendOnlyTable(name='grants_endorsement_append_only'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=grants.guards.HonestAnswer(name='grants_endorsement_guard'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(models.F('version'), name='grants_endorsement_once'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'endorsed'), models.Q(('note', ''), _negated=True), _connector='OR'), name='grants_endorsement_return_says_why'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=common.states.StateTable(field='state', name='grants_review_states', steps={'': ('assigned',), 'assigned': ('done', 'stood_down'), 'done': ('assigned', 'stood_down')}),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=grants.guards.HiddenFromPartner(name='grants_review_hidden'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=grants.guards.CleanReviewer(name='grants_review_guard'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(models.F('proposal'), models.F('reviewer'), name='grants_review_once'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'stood_down'), _negated=True), models.Q(('stood_down_reason', ''), _negated=True), _connector='OR'), name='grants_review_down_says_why'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_review_seen', role='rp_review', using='reviewer_id = (select app.person()) and proposal_id = any ((select app.reviews())::bigint[]) or released_at is not null and proposal_id = any ((select app.reviews())::bigint[])', with_check=''),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=common.tenancy.constraints.DoorPolicy(command='UPDATE', name='grants_review_written', role='rp_review', using='reviewer_id = (select app.person()) and proposal_id = any ((select app.reviews())::bigint[])', with_check='reviewer_id = (select app.person())'),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=grants.guards.HiddenFromPartner(name='grants_reviewscore_hidden'),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=models.UniqueConstraint(models.F('review'), models.F('criterion'), name='grants_reviewscore_once'),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', 1), ('value__lte', 5)), name='grants_reviewscore_value'),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_reviewscore_seen', role='rp_review', using='review_id in (select id from grants_review)', with_check=''),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=common.tenancy.constraints.DoorPolicy(command='INSERT', name='grants_reviewscore_given', role='rp_review', using='', with_check="review_id in (select id from grants_review where reviewer_id = (select app.person()) and state = 'assigned')"),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=common.tenancy.constraints.DoorPolicy(command='UPDATE', name='grants_reviewscore_changed', role='rp_review', using="review_id in (select id from grants_review where reviewer_id = (select app.person()) and state = 'assigned')", with_check="review_id in (select id from grants_review where reviewer_id = (select app.person()) and state = 'assigned')"),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('confirmed_at__isnull', False)), expressions=[(common.dated.Period('valid_from', 'valid_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='grants_rubric_one_version'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.CheckConstraint(condition=models.Q(('valid_before__isnull', True), ('valid_before__gt', models.F('valid_from')), _connector='OR'), name='grants_rubric_period'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', True), ('proposed_by__isnull', True)), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True), ('proposed_by__isnull', False)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('proposed_by__isnull', False), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='grants_rubric_two_people'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=common.tenancy.constraints.DoorGrant(commands='SELECT', name='grants_rubric_review', role='rp_review'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=common.tenancy.constraints.NetworkTable(name='grants_rubric_network'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('opens_at'), models.F('closes_at'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='grants_cycle_one_open'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__lt', models.F('reviews_due_at')), ('opens_at__lt', models.F('closes_at')), ('reviews_due_at__lte', models.F('slate_due_at'))), name='grants_cycle_order'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=models.CheckConstraint(condition=models.Q(('opened_at__isnull', True), models.Q(('seed_sha256', ''), _negated=True), _connector='OR'), name='grants_cycle_seed_drawn'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=models.CheckConstraint(condition=models.Q(('seed', ''), ('decided_at__isnull', False), _connector='OR'), name='grants_cycle_seed_kept'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=common.tenancy.constraints.DoorGrant(commands='SELECT', name='grants_cycle_review', role='rp_review'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=common.tenancy.constraints.NetworkTable(name='grants_cycle_network'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.UniqueConstraint(models.F('rubric'), models.F('key'), name='grants_criterion_once'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gte', 0), ('weight__lte', 100)), name='grants_criterion_weight'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('key__in', ('alignment', 'reach')), _negated=True), ('weight__gt', 0), _connector='OR'), name='grants_criterion_never_zero'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=grants.guards.SeedCriteria(name='grants_criterion_always_present'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=common.tenancy.constraints.DoorGrant(commands='SELECT', name='grants_criterion_review', role='rp_review'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=common.tenancy.constraints.NetworkTable(name='grants_criterion_network'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=common.states.StateTable(field='state', name='grants_slate_states', steps={'': ('prepared',), 'prepared': ('proposed', 'replaced'), 'proposed': ('approved', 'returned'), 'returned': ('replaced',)}),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=grants.guards.HonestSlate(name='grants_slate_guard'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=models.UniqueConstraint(models.F('cycle'), models.F('number'), name='grants_slate_number'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=models.UniqueConstraint(models.F('cycle'), condition=models.Q(('state__in', ('prepared', 'proposed', 'approved'))), name='grants_slate_one_alive'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='grants_slate_two_people'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('proposed_by__isnull', False)), _connector='OR'), name='grants_slate_approved_whole'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=models.CheckConstraint(condition=models.Q(('total__gte', 0), ('total__lte', models.F('envelope'))), name='grants_slate_balances'),
        ),
        migrations.AddConstraint(
            model_name='slate',
            constraint=common.tenancy.constraints.NetworkTable(name='grants_slate_network'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=common.tenancy.constraints.AppendOnlyTable(name='grants_slateline_append_only'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=grants.guards.HiddenFromPartner(name='grants_slateline_hidden'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=models.UniqueConstraint(models.F('slate'), models.F('proposal'), name='grants_slateline_once'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), models.Q(('amount__gte', models.F('minimum')), ('amount__lte', models.F('ask'))), _connector='OR'), name='grants_slateline_useful'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='grants_slateline_reason'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=common.tenancy.constraints.AppendOnlyTable(name='grants_versionline_append_only'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=models.UniqueConstraint(models.F('version'), models.F('position'), name='grants_versionline_position'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=models.CheckConstraint(condition=models.Q(('family__in', ['conference', 'booth', 'content', 'sponsorship', 'event'])), name='grants_versionline_family'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='grants_versionline_amount'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_versionline_review', role='rp_review', using='version_id in (select id from grants_proposalversion)', with_check=''),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=common.tenancy.constraints.AppendOnlyTable(name='grants_versionoutcome_append_only'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=models.UniqueConstraint(models.F('version'), models.F('position'), name='grants_versionoutcome_position'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=models.CheckConstraint(condition=models.Q(('measure__in', ['leaders', 'principals', 'counselors', 'teachers', 'people', 'schools', 'districts', 'pieces', 'views'])), name='grants_versionoutcome_measure'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=common.tenancy.constraints.DoorPolicy(command='SELECT', name='grants_versionoutcome_review', role='rp_review', using='version_id in (select id from grants_proposalversion)', with_check=''),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=grants.guards.HiddenFromPartner(name='grants_waitlistoffer_hidden'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=grants.guards.HonestOffer(name='grants_waitlistoffer_guard'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.UniqueConstraint(models.F('proposal'), condition=models.Q(('approved_at__isnull', True), ('dropped_at__isnull', True)), name='grants_waitlistoffer_one_open'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='grants_waitlistoffer_two_people'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 1)), name='grants_waitlistoffer_amount'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=common.tenancy.constraints.SameTenant(field='proposal', name='grants_proposalversion_proposal_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=common.tenancy.constraints.SameTenant(field='version', name='grants_proposal_version_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=common.tenancy.constraints.SameTenant(field='version', name='grants_endorsement_version_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=common.tenancy.constraints.SameTenant(field='proposal', name='grants_review_proposal_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=common.tenancy.constraints.SameTenant(field='version', name='grants_review_version_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='reviewscore',
            constraint=common.tenancy.constraints.SameTenant(field='review', name='grants_reviewscore_review_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='slateline',
            constraint=common.tenancy.constraints.SameTenant(field='proposal', name='grants_slateline_proposal_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='versionline',
            constraint=common.tenancy.constraints.SameTenant(field='version', name='grants_versionline_version_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='versionoutcome',
            constraint=common.tenancy.constraints.SameTenant(field='version', name='grants_versionoutcome_version_same_tenant'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=common.tenancy.constraints.SameTenant(field='proposal', name='grants_waitlistoffer_proposal_same_tenant'),
        ),
    ]
