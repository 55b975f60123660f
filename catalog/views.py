"""The catalog of courses: subjects with their dated rules, which staff change in twos, and the seasons with their wording."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from activity.models import NetworkLogEntry
from catalog import operations
from catalog.forms import RuleForm
from catalog.models import Season, Subject, SubjectRule, rules_on
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import now, today


@requires("catalog.read")
def course_list(request: ScopedRequest) -> HttpResponse:
    """Every subject that is offered today, under its course."""
    on = today()
    subjects = list(Subject.objects.offered(on).select_related("course").order_by("course_id", "position"))
    rules = rules_on(on, [subject.pk for subject in subjects])
    pairs = [(subject, rules.get(subject.pk)) for subject in subjects]
    rows = [
        {"subject": subject, "rule": rule, "formats": rule.formats_words if rule else ""} for subject, rule in pairs
    ]
    seasons = list(Season.objects.prefetch_related("courses__course").order_by("-starts_on"))
    waiting = SubjectRule.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True)
    proposed = list(waiting.select_related("subject__course").order_by("valid_from", "id"))
    return page(request, "catalog/courses.html", {"rows": rows, "seasons": seasons, "proposed": proposed})


def of_subject(request: ScopedRequest, ref: str) -> Any:
    """A subject with its course, by reference."""
    return Subject.objects.filter(ref=ref).select_related("course")


@requires("catalog.read", Subject, row=of_subject)
def subject_detail(request: ScopedRequest, subject: Subject) -> HttpResponse:
    """One subject: what is proposed, every version of its rules, and who changed them."""
    rows = subject.rules.filter(withdrawn_at__isnull=True).select_related("proposed_by", "confirmed_by")
    versions = list(rows.order_by("-valid_from", "-id"))
    context = {
        "subject": subject,
        "proposed": [rule for rule in versions if rule.is_open],
        "rules": [rule for rule in versions if not rule.is_open],
        "may_change": request.user.has_perm("catalog.change"),
        "timeline": _timeline(request, subject),
    }
    return page(request, "catalog/subject.html", context)


def _timeline(request: ScopedRequest, subject: Subject) -> list[NetworkLogEntry]:
    if not request.scope.sees_all:
        return []
    rows = NetworkLogEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return list(rows.select_related("actor").order_by("-at", "-id")[:20])


@requires("catalog.change", Subject, row=of_subject)
def rule_new(request: ScopedRequest, subject: Subject) -> HttpResponse:
    """Propose other rules, from those that are in force."""
    rule = rules_on(today(), [subject.pk]).get(subject.pk)
    fields = ("min_days", "max_days", "max_hours", "formats")
    form = RuleForm(posted(request), initial={name: getattr(rule, name) for name in fields} if rule else {})
    if form.is_valid():
        first, why = form.cleaned_data["first_day"], form.cleaned_data["reason"]
        made = tried(
            form,
            lambda: operations.propose_rule(
                subject=subject, terms=form.terms(), first_day=first, reason=why, by=request.user, at=now()
            ),
        )
        if made is not None:
            return _back(request, made, "The rules are proposed. Another person of staff confirms them.")
    return page(request, "catalog/rule_form.html", {"subject": subject}, form=form)


@requires("catalog.change", SubjectRule, fresh=True)
@post_only
def rule_confirmation(request: ScopedRequest, rule: SubjectRule) -> HttpResponse:
    """Confirm what somebody else proposed."""
    step = lambda: operations.confirm_rule(rule=rule, by=request.user, at=now())  # noqa: E731
    return _decided(request, rule, step, f"Confirmed: they hold from {rule.valid_from:%b %-d, %Y}.")


@requires("catalog.change", SubjectRule)
@post_only
def rule_withdrawal(request: ScopedRequest, rule: SubjectRule) -> HttpResponse:
    """Take a proposal back."""
    step = lambda: operations.withdraw_rule(rule=rule, by=request.user, at=now())  # noqa: E731
    return _decided(request, rule, step, "The proposal is withdrawn.")


def _decided(request: ScopedRequest, rule: SubjectRule, step: Any, words: str) -> HttpResponse:
    try:
        step()
    except DomainError as error:
        messages.error(request, error.message)
        return SeeOther(f"/network/courses/{rule.subject.ref}/")
    return _back(request, rule, words)


def _back(request: ScopedRequest, rule: SubjectRule, words: str) -> HttpResponse:
    messages.success(request, words)
    return SeeOther(f"/network/courses/{rule.subject.ref}/")
