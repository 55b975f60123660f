"""The page "Jobs and mail": what runs, what has stopped, and the button that tries it again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from activity.models import Mail, Run
from activity.runs import KINDS
from activity.upkeep import NothingToRetry, heartbeats, resend_mail, retry_run
from common.access import ScopedRequest, requires
from common.pages import keyset
from common.views import SeeOther, page
from common.zones import now

JOBS = "/network/jobs/"


@requires("activity.keep_jobs")
def job_list(request: ScopedRequest) -> HttpResponse:
    """Runs by the date from which they were due, heartbeats, and mails that have not been sent."""
    shown = keyset(request, _runs(request), "-due_at", "-id")
    mails = Mail.objects.exclude(state=Mail.State.SENT).defer("context", "secret").order_by("state", "send_after")[:101]
    context = {
        "page": shown,
        "rows": [(run, KINDS[run.kind].label if run.kind in KINDS else run.kind) for run in shown.rows],
        "state": request.GET.get("state", ""),
        "states": Run.State.choices,
        "heartbeats": heartbeats(now()),
        "mails": list(mails)[:100],
        "more_mails": len(mails) > 100,
        "now": now(),
    }
    return page(request, "activity/jobs.html", context)


def _runs(request: HttpRequest) -> Any:
    state = request.GET.get("state", "")
    return Run.objects.filter(state=state) if state in Run.State.values else Run.objects.all()


@requires("activity.keep_jobs", Run)
def run_retry(request: ScopedRequest, run: Run) -> HttpResponse:
    """Try a run again (POST)."""
    if request.method == "POST":
        try:
            retry_run(run=run, by=request.user, at=now())
            messages.success(request, f"{run} is tried again now.")
        except NothingToRetry as error:
            messages.error(request, error.message)
    return SeeOther(JOBS)


@requires("activity.keep_jobs")
def mail_resend(request: ScopedRequest) -> HttpResponse:
    """Send a waiting or given-up mail now (POST, the mail's key)."""
    if request.method == "POST":
        try:
            mail = resend_mail(key=request.POST.get("mail", "").replace("\0", ""), by=request.user, at=now())
            messages.success(request, f"The mail to {mail.to} goes out now.")
        except NothingToRetry as error:
            messages.error(request, error.message)
    return SeeOther(JOBS)
