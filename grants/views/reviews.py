"""The reviewers' queue and cockpit, all behind the review door."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.tenancy import Door
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import now
from grants import operations
from grants.access import undeclared_cycles
from grants.forms import ReviewForm, StandDownForm
from grants.models import ContextNote, Cycle, Review
from grants.operations.endorsement import content_of
from grants.reading import reading_of
from grants.scoring import so_far

QUEUE = "/network/grants/reviews/"
NOT_HERE = "That review is not in your list."


def queue_of(person: Any) -> list[Review]:
    """Her reviews behind the door: open ones by due date, then those that are done, by reference within."""
    rows = (
        Review.objects.of(person)
        .standing()
        .select_related("version", "cycle__quarter")
        .prefetch_related("scores__criterion")
    )
    return sorted(rows, key=lambda row: (row.state == "done", row.cycle.reviews_due_at, row.pk))


def listed(queue: list[Review]) -> list[Review]:
    """What her list shows: open reviews, and scored ones until their cycle is decided."""
    return [row for row in queue if row.state == "assigned" or row.cycle.decided_at is None]


@requires("grants.review", door=Door.REVIEW)
@require_safe
def review_queue(request: ScopedRequest) -> HttpResponse:
    """What waits for this reviewer, with due dates; the list of a cycle opens once its declaration is signed."""
    rows = listed(queue_of(request.user))
    context = {
        "rows": rows,
        "open": sum(row.state == "assigned" for row in rows),
        "undeclared": undeclared_cycles(request.user),
        "now": now(),
    }
    return page(request, "grants/review_queue.html", context)


@requires("grants.review", Cycle, door=Door.REVIEW)
@post_only
def declaration(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """Sign the declaration of a cycle; its list opens."""
    if request.POST.get("agreed") == "yes":
        operations.sign_declaration(cycle=cycle, by=request.user, at=now())
        messages.success(request, f"Signed. Your list of {cycle.quarter.title} is open.")
    else:
        messages.error(request, "Tick the sentence to sign it.")
    return SeeOther(QUEUE)


@requires("grants.review", door=Door.REVIEW)
def review(request: ScopedRequest, ref: str) -> HttpResponse:
    """The cockpit: the frozen proposal on the left, the rubric on the right; saved while it is scored."""
    queue = queue_of(request.user)
    row = next((one for one in queue if one.ref == ref), None)
    if row is None:
        messages.warning(request, NOT_HERE)
        return SeeOther(QUEUE)
    criteria = sorted(row.cycle.rubric.criteria.all(), key=lambda one: one.position)
    form = ReviewForm(
        posted(request), criteria=criteria, initial={"to_applicant": row.to_applicant, "internal": row.internal}
    )
    if form.is_valid():
        return save_posted(request, form, row, queue)
    return page(request, "grants/review.html", cockpit_context(request, row, criteria, queue), form=form)


def save_posted(request: ScopedRequest, form: ReviewForm, row: Review, queue: list[Review]) -> HttpResponse:
    """Autosave answers in JSON; "Save and next" finishes the review where every criterion has a mark."""
    by_script = request.headers.get("X-Requested-With") == "fetch"
    said = form.cleaned_data
    try:
        saved = operations.save_review(
            review=row,
            marks=form.marks(),
            to_applicant=said["to_applicant"],
            internal=said["internal"],
            by=request.user,
            at=now(),
            finish=not by_script,
        )
    except DomainError as error:
        if by_script:
            return JsonResponse({"code": error.code, "message": error.message}, status=409)
        messages.error(request, error.message)
        return SeeOther(f"{QUEUE}{row.ref}/")
    if by_script:
        return JsonResponse({"saved_at": now().isoformat()})
    if saved.state == "done":
        messages.success(request, f"Scored: {row.version.title}.")
    else:
        messages.info(request, f"Kept. {row.version.title} counts once every criterion has a mark.")
    following = neighbor(queue, row, 1, open_only=True)
    return SeeOther(f"{QUEUE}{following.ref}/" if following else QUEUE)


def neighbor(queue: list[Review], row: Review, step: int, *, open_only: bool = False) -> Review | None:
    """The review before or after this one, where it is in this list; with `open_only` the next open one, going round."""
    if row not in queue:
        return None
    here = queue.index(row)
    if open_only:
        around = queue[here + 1 :] + queue[:here]
        return next((one for one in around if one.state == "assigned"), None)
    return queue[here + step] if 0 <= here + step < len(queue) else None


def cockpit_context(request: ScopedRequest, row: Review, criteria: list[Any], queue: list[Review]) -> dict[str, Any]:
    """Everything on the page; other people's scores only once all are in (the door itself shows no others)."""
    marks = row.marks
    if request.method == "POST":
        marks = {
            one.key: int(given)
            for one in criteria
            if (given := request.POST.get(f"mark-{one.key}", "")) in tuple("12345")
        }
    points, possible = so_far(marks, {one.key: one.weight for one in criteria})
    others = (
        Review.objects.filter(proposal_id=row.proposal_id, released_at__isnull=False)
        .exclude(pk=row.pk)
        .prefetch_related("scores__criterion")
    )
    beside = [one for one in listed(queue) if one.state == row.state]
    now_key = next((one.key for one in criteria if one.key not in marks), "")
    return {
        "review": row,
        "cycle": row.cycle,
        "place": beside.index(row) + 1 if row in beside else None,
        "length": len(beside),
        "before": neighbor(beside, row, -1),
        "following": neighbor(beside, row, 1),
        "criteria": [{"row": one, "mark": marks.get(one.key), "is_now": one.key == now_key} for one in criteria],
        "points": points,
        "possible": possible,
        "given": len(marks),
        "others": list(others) if row.released_at else [],
        "note": ContextNote.objects.latest_of(row.proposal_id),
        **reading_of(content_of(row.version), row.version),
    }


@requires("grants.review", door=Door.REVIEW)
def stand_down(request: ScopedRequest, ref: str) -> HttpResponse:
    """Give a review back: a conflict goes into the own register."""
    row = next((one for one in queue_of(request.user) if one.ref == ref), None)
    if row is None:
        messages.warning(request, NOT_HERE)
        return SeeOther(QUEUE)
    form = StandDownForm(posted(request), initial={"is_conflict": "yes"})
    if form.is_valid():
        is_conflict = form.cleaned_data["is_conflict"] == "yes"
        reason = form.cleaned_data["reason"]
        done = tried(
            form,
            lambda: operations.stand_down(
                review=row, reason=reason, is_conflict=is_conflict, by=request.user, at=now()
            ),
        )
        if done is not None:
            messages.success(request, "Given back. Somebody else is asked; you do not see this proposal any more.")
            return SeeOther(QUEUE)
    return page(request, "grants/stand_down.html", {"review": row}, form=form)
