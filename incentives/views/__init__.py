"""Pages of incentives: the partner's claims, verification, approvals, payouts, the outcome catalog."""
