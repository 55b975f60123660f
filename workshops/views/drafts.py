"""The one-page forms: log a completed workshop, plan one, change one; drafts keep what is typed."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect

from common.access import ScopedRequest, requires
from common.errors import DomainError, IllegalTransition, Stale
from common.imports import read_pasted, read_upload
from common.refs import new_ref
from common.views import SeeOther, page, post_only
from common.zones import now
from workshops import entry as entries
from workshops import operations
from workshops.entry import Entry
from workshops.models import Roster, Workshop
from workshops.rules import keeps_own_only
from workshops.sheet import Sheet
from workshops.views.lists import of_partner

TITLES = {
    "log": "Log a completed workshop",
    "plan": "Plan a workshop",
    "edit": "Change a workshop",
}


@requires("workshops.log")
def workshop_log(request: ScopedRequest) -> HttpResponse:
    """A new page for a completed workshop, at an address of its own: sent twice, it is saved once."""
    return _new(request, "log")


@requires("workshops.log")
def workshop_plan(request: ScopedRequest) -> HttpResponse:
    """A new page for a plan."""
    return _new(request, "plan")


def _new(request: ScopedRequest, kind: str) -> HttpResponse:
    copy = request.GET.get("copy", "")
    return redirect(
        f"/partners/{request.partner.slug}/workshops/{kind}/{new_ref('W')}/" + ("?copy=last" if copy else "")
    )


@requires("workshops.log")
def workshop_log_form(request: ScopedRequest, ref: str) -> HttpResponse:
    """Log a completed workshop: facts, roster and attendance on one page, saved whole."""
    return _page(request, ref, "log")


@requires("workshops.log")
def workshop_plan_form(request: ScopedRequest, ref: str) -> HttpResponse:
    """Plan a workshop."""
    return _page(request, ref, "plan")


@requires("workshops.edit", Workshop)
def workshop_edit(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Change the facts of a workshop that has not ended."""
    if not workshop.is_open or workshop.state == "draft":
        return SeeOther(_home(request, workshop))
    if request.method != "POST":
        stored = entries.of_workshop(request.partner, workshop, kind="plan", leader=_leader(request))
        return _show(request, stored, workshop.ref, "edit")
    if _says(request, "more"):
        return _show(request, _posted(request, "plan", workshop, more=True), workshop.ref, "edit")
    entry = _posted(request, "plan", workshop)
    if _says(request, "ask"):
        _ask_override(request, entry, workshop)
        return _show(request, entry, workshop.ref, "edit")
    if int(entry.typing().version) != workshop.version:
        entry.form.add_error(
            None,
            "Somebody changed this workshop since you opened it. What you typed stands here; save it again to replace the other.",
        )
        entry.show_version(workshop.version)
    return _saved(
        request,
        entry,
        workshop,
        lambda: operations.plan_workshop(workshop=workshop, facts=entry.facts, by=request.user, at=now()),
        "edit",
    )


def _page(request: ScopedRequest, ref: str, kind: str) -> HttpResponse:
    draft = _begun(request, ref)
    if draft is not None and draft.state != "draft":
        messages.info(request, "This workshop is saved already.")
        return SeeOther(_home(request, draft))
    if request.method != "POST":
        return _show(request, _opened(request, draft, kind), ref, kind)
    return _sent(request, ref, kind, draft)


def _begun(request: ScopedRequest, ref: str) -> Workshop | None:
    """What stands under this reference already. Raises Http404 where it is none of a facilitator's own."""
    found = Workshop.objects.select_related("course", "subject").filter(partner=request.partner, ref=ref).first()
    if found is not None and not request.user.has_perm("workshops.keep_draft", found):
        raise Http404
    return found


def _leader(request: ScopedRequest) -> Any:
    """The account that has to be among the facilitators: a facilitator's own, nobody's for who keeps all workshops."""
    return request.user if keeps_own_only(request.user, request.partner.pk) else None


def _opened(request: ScopedRequest, draft: Workshop | None, kind: str) -> Entry:
    leader = _leader(request)
    if draft is not None:
        return entries.of_draft(request.partner, draft, leader)
    last = None
    if request.GET.get("copy"):
        shown = of_partner(request).exclude(state="draft").select_related("course", "subject")
        last = shown.order_by("-created_at", "-id").first()
    return (
        entries.of_workshop(request.partner, last, kind=kind, copied=True, leader=leader)
        if last
        else entries.of_nothing(request.partner, kind, leader)
    )


def _sent(request: ScopedRequest, ref: str, kind: str, draft: Workshop | None) -> HttpResponse:
    """What was posted is kept first, then done: a roster read, a row added, or the workshop saved."""
    if _says(request, "more"):
        return _show(request, _posted(request, kind, draft, more=True), ref, kind)
    entry = _posted(request, kind, draft)
    try:
        draft = _keep(request, entry, ref, is_sent=True)
    except Stale as error:
        entry.form.add_error(None, error.message)
        entry.show_version(draft.version if draft is not None else 0)
        entry.is_unsaved = True
        return _show(request, entry, ref, kind)
    except IllegalTransition as error:
        messages.info(request, error.message)
        return SeeOther(f"/partners/{request.partner.slug}/workshops/")
    entry = _posted(request, kind, draft)
    if _says(request, "ask"):
        _ask_override(request, entry, draft)
        return _show(request, entry, ref, kind)
    if request.POST.get("use") or not _says(request, "save"):
        return _roster_done(request, entry, draft, kind, request.POST.get("do", ""))
    if entry.is_log and entry.roster is None and (request.FILES.get("file") or request.POST.get("pasted", "").strip()):
        messages.info(request, "The roster is read now. Look at its rows, then save the workshop.")
        return _roster_done(request, entry, draft, kind, "read")
    if kind == "plan":
        return _saved(
            request,
            entry,
            draft,
            lambda: operations.plan_workshop(workshop=draft, facts=entry.facts, by=request.user, at=now()),
            kind,
        )
    return _saved(request, entry, draft, lambda: _logged(request, entry, draft), kind)


def _ask_override(request: ScopedRequest, entry: Entry, workshop: Workshop) -> None:
    try:
        names = operations.ask_override(workshop=workshop, facts=entry.facts, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, f"Code.org staff are asked about {', '.join(names)}. You get a notice of their answer."
        )


def _logged(request: ScopedRequest, entry: Entry, draft: Workshop) -> Workshop:
    return operations.log_workshop(
        workshop=draft, facts=entry.facts, roster=entry.roster, consent=entry.consent.stated, by=request.user, at=now()
    )


def _keep(request: ScopedRequest, entry: Entry, ref: str, *, is_sent: bool = False) -> Workshop:
    """Store the draft as typed, and the rows of its roster as they stand in the page."""
    draft = operations.save_draft(
        partner=request.partner,
        ref=ref,
        kind=entry.kind,
        typing=entry.typing(is_sent=is_sent),
        facts=entry.facts,
        by=request.user,
        at=now(),
    )
    if entry.roster is not None and (changes := entry.row_changes()):
        operations.change_rows(roster=entry.roster, changes=changes)
    return draft


def _roster_done(request: ScopedRequest, entry: Entry, draft: Workshop, kind: str, asked: str) -> HttpResponse:
    """Do what a button of the roster asks, and come back to it; a draft that is only kept says so."""
    here = f"/partners/{request.partner.slug}/workshops/{kind}/{draft.ref}/"
    try:
        if roster_asked(request, entry, draft, asked):
            return SeeOther(f"{here}#roster")
    except DomainError as error:
        field = error.field if error.field in entry.source.fields else None
        entry.source.add_error(field, error.message)
        return _show(request, entry, draft.ref, kind)
    messages.success(request, "The draft is kept.")
    return SeeOther(here)


def roster_asked(request: ScopedRequest, entry: Entry, workshop: Workshop, asked: str) -> bool:
    """Read what was pasted or uploaded, begin or lengthen a typed roster, apply a suggestion. False where nothing was asked."""
    use = request.POST.get("use", "")
    given: dict[str, Any] = {
        "workshop": workshop,
        "days": entries.dates_of(entry.facts),
        "by": request.user,
        "at": now(),
    }
    file = request.FILES.get("file")
    pasted = request.POST.get("pasted", "")
    if use:
        line, name, value = [*use.split(":", 2), "", ""][:3]
        if entry.roster is not None and line.isdigit() and name in ("name", "email", "school"):
            operations.change_rows(roster=entry.roster, changes={int(line): {name: value}})
    elif asked == "read" and file is not None:
        operations.read_roster(
            table=read_upload(file.name or "", file.read()),
            source=Roster.Source.UPLOADED,
            file_name=file.name or "",
            **given,
        )
    elif asked == "read":
        operations.read_roster(table=read_pasted(pasted), source=Roster.Source.PASTED, **given)
    elif asked == "type":
        roster = operations.read_roster(table=read_pasted(""), source=Roster.Source.TYPED, **given)
        operations.change_rows(roster=roster, changes={}, add=5)
    elif asked == "add" and entry.roster is not None:
        operations.change_rows(roster=entry.roster, changes={}, add=1)
    elif asked == "discard" and entry.roster is not None:
        operations.discard_roster(roster=entry.roster, by=request.user, at=now())
    else:
        return False
    return True


def _saved(request: ScopedRequest, entry: Entry, workshop: Workshop, operation: Any, title: str) -> HttpResponse:
    """Save, or show everything that stands against it at once."""
    entry.refuse(entry.judged().findings)
    if entry.is_log:
        _refuse_roster(entry)
    if not any(form.errors for form in entry.all_forms):
        try:
            done = operation()
        except DomainError as error:
            _place(entry, error)
        else:
            messages.success(request, f"{done.title} is {'logged' if done.state == 'ended' else 'saved'}.")
            return SeeOther(_home(request, done))
    return _show(request, entry, workshop.ref, title)


def _refuse_roster(entry: Entry) -> None:
    """What stands against the roster of a completed workshop, said with everything else."""
    preview = entry.preview()
    if preview is None:
        entry.source.add_error("pasted", operations.NO_ROSTER)
    elif preview.to_fix:
        entry.form.add_error(None, operations.rows_to_fix(preview.to_fix))
    if entry.consent.stated is None and not entry.consent.errors:
        missing = "consent_on" if entry.consent.cleaned_data.get("consent") else "consent"
        entry.consent.add_error(missing, operations.NO_CONSENT)


def _place(entry: Entry, error: DomainError) -> None:
    form = next((form for form in (entry.form, entry.consent, entry.source) if error.field in form.fields), entry.form)
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _posted(request: ScopedRequest, kind: str, workshop: Workshop | None, *, more: bool = False) -> Entry:
    data = entries.one_more_session(request.POST) if more else request.POST
    return Entry(
        request.partner,
        data,
        kind=kind,
        workshop=workshop,
        files=request.FILES,
        quiet=more,
        leader=_leader(request),
    )


def _show(request: ScopedRequest, entry: Entry, ref: str, title: str) -> HttpResponse:
    number = {
        name: int(text) if (text := request.GET.get(name, "")).isdecimal() and len(text) < 7 else 0
        for name in ("after", "edit")
    }
    sheet = Sheet(entry, view=request.GET.get("rows", "all"), after=number["after"], edited=number["edit"])
    again = request.GET.get("roster") == "again"
    context = {
        "entry": entry,
        "sheet": sheet,
        "ref": ref,
        "title": TITLES[title],
        "mode": title,
        "again": again,
        "partner": request.partner,
        "is_log": entry.is_log,
    }
    refused = request.method == "POST" and any(form.errors for form in entry.all_forms)
    response = page(request, "workshops/form.html", context)
    response.status_code = 422 if refused else 200
    return response


def _says(request: ScopedRequest, word: str) -> bool:
    return request.POST.get("do") == word


def _home(request: ScopedRequest, workshop: Workshop) -> str:
    return f"/partners/{request.partner.slug}/workshops/{workshop.ref}/"


@requires("workshops.log")
@post_only
def workshop_autosave(request: ScopedRequest, kind: str, ref: str) -> HttpResponse:
    """Keep a draft while it is typed, and answer with the pieces of the page that changed."""
    draft = _begun(request, ref)
    entry = _posted(request, kind, draft)
    try:
        kept = _keep(request, entry, ref)
    except DomainError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=409)
    fresh = Entry(request.partner, request.POST, kind=kind, workshop=kept, quiet=True, leader=_leader(request))
    number = {
        name: int(text) if (text := request.GET.get(name, "")).isdecimal() and len(text) < 7 else 0
        for name in ("after", "edit")
    }
    sheet = Sheet(fresh, view=request.GET.get("rows", "all"), after=number["after"], edited=number["edit"])
    said = {"saved_at": kept.saved_at.isoformat(), "parts": sheet.parts(), "values": {"version": kept.version}}
    return JsonResponse({**said, "wrong": entry.unread()})


@requires("workshops.keep_draft", Workshop)
@post_only
def workshop_discard(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Throw a draft away."""
    try:
        operations.discard_draft(workshop=workshop, by=request.user, at=now())
        messages.success(request, "The draft is gone.")
    except IllegalTransition as error:
        messages.error(request, error.message)
    return SeeOther(f"/partners/{cast('Any', request.partner).slug}/workshops/?view=drafts")
