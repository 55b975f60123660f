"""Who may look after jobs and mails (roles.md: jobs, dead letters)."""

from __future__ import annotations

from common.access import permit
from common.standing import administrator

permit("activity.keep_jobs", administrator, "An Administrator")
