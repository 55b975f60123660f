"""Pages of rules and settings, payee status, and each person's own register of conflicts of interest."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse

from activity.models import LogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.pages import keyset
from common.tenancy import Door, staff_context
from common.views import SeeOther, page, posted, tried
from common.zones import now, today
from ledger import operations
from ledger.forms import ConflictForm, EndConflictForm, LimitForm, PayeeForm, SettingForm
from ledger.idempotency import once
from ledger.kinds import LimitKind
from ledger.models import ConflictOfInterest, Limit, LimitVersion, PartnerLimit, Payee
from ledger.settings_page import settings_context, timeline_of_rules
from partners.models import Partner
from partners.settings import DEFINITIONS, DatedSetting

SETTINGS = "/network/settings/"
CONFLICTS = "/network/conflicts/"


@requires("settings.read")
def rules_and_settings(request: ScopedRequest) -> HttpResponse:
    """Every limit and dated setting, with history and what waits for a second person."""
    context = settings_context(on=today(), user=request.user)
    if request.scope.door == Door.STAFF:  # an Outreach Manager reads the versions; what was withdrawn is the staff's
        context |= {"with_timeline": True, "timeline": timeline_of_rules()}
    return page(request, "ledger/settings.html", context)


@requires("settings.change", fresh=True)
@once
def setting_new(request: ScopedRequest, key: str) -> HttpResponse:
    """Propose a version of one setting."""
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise Http404
    form = SettingForm(posted(request), definition=definition, initial={"from_day": today()})
    if form.is_valid():
        made = tried(form, lambda: operations.propose_setting(key=key, by=request.user, at=now(), **form.cleaned_data))
        if made is not None:
            messages.success(request, f"{definition.label}: proposed. It counts once another person confirms it.")
            return SeeOther(SETTINGS)
    return page(request, "ledger/setting_form.html", {"definition": definition}, form=form)


@requires("settings.change", DatedSetting, fresh=True)
def setting_confirmation(request: ScopedRequest, version: DatedSetting) -> HttpResponse:
    """Another person confirms a version of a setting (POST)."""
    return _decided(
        request, lambda: operations.confirm_setting(version=version, by=request.user, at=now()), "Confirmed."
    )


@requires("settings.change", DatedSetting)
def setting_withdrawal(request: ScopedRequest, version: DatedSetting) -> HttpResponse:
    """Withdraw a proposed version of a setting (POST)."""
    return _decided(
        request, lambda: operations.withdraw_setting(version=version, by=request.user, at=now()), "Withdrawn."
    )


@requires("settings.change", fresh=True)
@once
def limit_new(request: ScopedRequest, kind: str) -> HttpResponse:
    """Propose a version of one limit, for all partners or for one."""
    if kind not in LimitKind.values:
        raise Http404
    form = LimitForm(
        posted(request), kind=kind, partners=Partner.objects.active(today()).order_by("name"), today=today()
    )
    if form.is_valid():
        made = tried(
            form, lambda: operations.propose_limit(kind=kind, by=request.user, at=now(), **form.as_operation())
        )
        if made is not None:
            messages.success(request, "Proposed. It counts once another person confirms it.")
            return SeeOther(SETTINGS)
    return page(request, "ledger/limit_form.html", {"label": LimitKind(kind).label}, form=form)


def version_of(request: ScopedRequest, ref: str) -> QuerySet[Any]:
    """A version of a limit for all or of one partner, by its reference."""
    own = PartnerLimit.objects.filter(ref=ref)
    return own if own.exists() else Limit.objects.filter(ref=ref)


@requires("settings.change", Limit, fresh=True, row=version_of)
def limit_confirmation(request: ScopedRequest, limit: LimitVersion) -> HttpResponse:
    """Another person confirms a version of a limit (POST)."""
    return _decided(request, lambda: operations.confirm_limit(limit=limit, by=request.user, at=now()), "Confirmed.")


@requires("settings.change", Limit, row=version_of)
def limit_withdrawal(request: ScopedRequest, limit: LimitVersion) -> HttpResponse:
    """Withdraw a proposed version of a limit (POST)."""
    return _decided(request, lambda: operations.withdraw_limit(limit=limit, by=request.user, at=now()), "Withdrawn.")


def _decided(request: ScopedRequest, operation: Any, words: str) -> HttpResponse:
    if request.method == "POST":
        try:
            operation()
            messages.success(request, words)
        except DomainError as error:
            messages.error(request, error.message)
    return SeeOther(SETTINGS)


@requires("ledger.keep_payees")
def payee_list(request: ScopedRequest) -> HttpResponse:
    """Every partner in partnership with its payee status, by name; filters in the URL."""
    known = Payee.objects.filter(partner=OuterRef("pk"), on_file=True)
    rows = Partner.objects.active(today()).annotate(on_file=Exists(known))
    status, wanted = request.GET.get("status", ""), request.GET.get("q", "").strip()[:100].replace("\0", "")
    if status in ("on_file", "missing"):
        rows = rows.filter(on_file=status == "on_file")
    if wanted:
        rows = rows.filter(name__icontains=wanted)
    shown = keyset(request, rows, "name", "id")
    details = {row.partner_id: row for row in Payee.objects.filter(partner__in=shown.rows).select_related("changed_by")}
    context = {"page": shown, "rows": [(row, details.get(row.pk)) for row in shown.rows], "status": status, "q": wanted}
    return page(request, "ledger/payee_list.html", context)


@requires("ledger.keep_payees")
@once
def payee_status(request: ScopedRequest) -> HttpResponse:
    """The payee status of one partner: set it with a reason, and read what happened before."""
    partner = request.partner
    payee = Payee.objects.filter(partner=partner).select_related("changed_by").first()
    form = PayeeForm(posted(request))
    if form.is_valid():
        facts = {"on_file": form.cleaned_data["status"] == "on_file", "reason": form.cleaned_data["reason"]}
        done = tried(form, lambda: operations.set_payee_status(partner=partner, by=request.user, at=now(), **facts))
        if done is not None:
            messages.success(request, f"{partner.name}: {done}.")
            return SeeOther(f"/partners/{partner.slug}/payee/")
    timeline = list(LogEntry.objects.about(payee)[:50]) if payee else []
    return page(request, "ledger/payee.html", {"partner": partner, "payee": payee, "timeline": timeline}, form=form)


@requires("ledger.keep_own_conflicts")
@once
def conflict_list(request: ScopedRequest) -> HttpResponse:
    """The own register: entries, and one more (POST). It may name any partner, so this is the staff door."""
    names = list(Partner.objects.order_by("name").values_list("name", flat=True))
    with staff_context("own register of conflicts", user=request.user.pk):
        form = ConflictForm(posted(request), suggestions="partner-names", initial={"first_day": today()})
        if form.is_valid():
            facts = form.as_operation()
            if tried(form, lambda: operations.declare_conflict(person=request.user, at=now(), **facts)):
                messages.success(request, "It stands in your register.")
                return SeeOther(CONFLICTS)
        rows = (
            ConflictOfInterest.objects.filter(user=request.user).select_related("partner").order_by("-starts_on", "-id")
        )
        return page(
            request, "ledger/conflicts.html", {"rows": list(rows[:200]), "today": today(), "names": names}, form=form
        )


@requires("ledger.keep_own_conflicts")
def conflict_end(request: ScopedRequest) -> HttpResponse:
    """Set the last day of an own entry (`?entry=`); somebody else's does not exist here."""
    if "entry" not in request.GET:
        return SeeOther(CONFLICTS)
    with staff_context("own register of conflicts", user=request.user.pk):
        wanted = request.GET["entry"].replace("\0", "")
        entry = ConflictOfInterest.objects.filter(user=request.user, ref=wanted).select_related("partner").first()
        if entry is None:
            raise Http404
        form = EndConflictForm(posted(request), initial={"last_day": today()})
        if form.is_valid():
            day = form.cleaned_data["last_day"]
            if tried(form, lambda: operations.end_conflict(conflict=entry, last_day=day, by=request.user, at=now())):
                messages.success(request, f"The entry about {entry.partner.name} has a last day.")
                return SeeOther(CONFLICTS)
        return page(request, "ledger/conflict_end.html", {"entry": entry}, form=form)
