"""A facilitator's proposal can be objected to while it is reviewed, a reviewer replaced once she declares an interest; leading workshops is one."""

import common.states
import grants.guards
from django.db import migrations

STEPS = {
    "": ("draft",),
    "draft": ("pm_review", "submitted", "withdrawn"),
    "pm_review": ("submitted", "draft", "withdrawn"),
    "submitted": ("in_review", "draft", "withdrawn"),
    "in_review": ("scored", "withdrawn"),
    "scored": ("proposed", "in_review"),
    "proposed": ("awarded", "waitlisted", "declined", "scored"),
    "waitlisted": ("awarded", "declined"),
}


class Migration(migrations.Migration):
    """The table of steps, and the trigger of reviewers, which is made anew."""

    dependencies = [
        ("grants", "0002_figures"),
        ("facilitators", "0001_initial"),
        ("workshops", "0002_schools"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="proposal", name="grants_proposal_states"),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=common.states.StateTable(field="state", name="grants_proposal_states", steps=STEPS),
        ),
        migrations.RemoveConstraint(model_name="review", name="grants_review_guard"),
        migrations.AddConstraint(
            model_name="review", constraint=grants.guards.CleanReviewer(name="grants_review_guard")
        ),
    ]
