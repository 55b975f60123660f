"""Figures of incentives, and the outcome catalog O1 to O19."""

from django.db import migrations

from incentives.seeds import remove_catalog, seed_catalog
from partners.seeds import remove_settings, settings_of

SEED = "The range that the network's proposal names"
DEFAULT = "Default until staff decide otherwise"
SETTINGS = (
    ("incentives.least_amount", "300", SEED),
    ("incentives.most_amount", "5000", SEED),
    ("incentives.claim_window_days", "90", DEFAULT),
    ("incentives.two_approver_limit", "2500", DEFAULT),
    ("incentives.deferred_share_percent", "25", DEFAULT),
    ("incentives.verify_days", "10", DEFAULT),
    ("incentives.approve_days", "5", DEFAULT),
    ("incentives.pay_days", "14", DEFAULT),
)


class Migration(migrations.Migration):
    """Settings first: the range of amounts is asked for each version."""

    dependencies = [("incentives", "0001_initial"), ("partners", "0002_settings"), ("ledger", "0002_limits")]
    operations = [
        migrations.RunPython(settings_of(*SETTINGS), remove_settings(*(key for key, _value, _reason in SETTINGS))),
        migrations.RunPython(seed_catalog, remove_catalog),
    ]
