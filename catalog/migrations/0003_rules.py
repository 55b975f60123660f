"""Versions of rules get a reference, may be withdrawn, and their hours are a number."""

from decimal import Decimal
from typing import Any

from django.db import migrations, models
from django.db.models import Q

from common.refs import RefField, new_ref


def give_references(apps: Any, editor: Any) -> None:
    """One for each row that came with the product."""
    rules = apps.get_model("catalog", "SubjectRule").objects.using(editor.connection.alias)
    for pk in rules.values_list("pk", flat=True):
        rules.filter(pk=pk).update(ref=new_ref("U"))


class Migration(migrations.Migration):
    """NaN is more than any number, so the upper bound of the hours refuses it."""

    dependencies = [("catalog", "0002_first_rows")]
    operations = [
        migrations.AddField("subjectrule", "ref", models.CharField(max_length=12, null=True)),
        migrations.RunPython(give_references, migrations.RunPython.noop),
        migrations.AlterField("subjectrule", "ref", RefField("U")),
        migrations.AddField("subjectrule", "withdrawn_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddConstraint(
            "subjectrule",
            models.CheckConstraint(
                name="catalog_rule_withdrawn", condition=Q(withdrawn_at__isnull=True) | Q(confirmed_at__isnull=True)
            ),
        ),
        migrations.AddConstraint(
            "subjectrule",
            models.CheckConstraint(
                name="catalog_rule_hours",
                condition=Q(max_hours__isnull=True) | Q(max_hours__gt=0, max_hours__lte=Decimal("999.99")),
            ),
        ),
    ]
