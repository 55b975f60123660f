import accounts.models
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_walls_signed_in_person'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='codeorginvitation',
            constraint=accounts.models.NotForOneself(name='accounts_invitation_for_another'),
        ),
    ]
