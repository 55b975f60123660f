"""Finance's pages: what can be paid, batches, their file, and the payment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse

from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.money import ZERO, show_money
from common.pages import keyset
from common.views import SeeOther, page, posted, tried
from common.zones import now, today
from incentives import operations
from incentives.forms import PaymentForm
from incentives.models import Claim, Rest
from incentives.operations.approving import REFERENCE
from incentives.operations.closing import CLAIM, REST
from ledger.models import Payee, PaymentBatch, PaymentLine


@requires("incentives.pay")
def payout_list(request: ScopedRequest) -> HttpResponse:
    """What waits to be paid, and the batches, newest first."""
    waiting = list(Claim.objects.to_pay().shown()[:200])
    payable = set(Payee.objects.filter(on_file=True).values_list("partner_id", flat=True))
    rests = list(Rest.objects.filter(state=Rest.State.DEFERRED).select_related(*CLAIM, "to_year").order_by("id")[:100])
    ready = [claim for claim in waiting if claim.partner_id in payable]
    context = {
        "ready": ready,
        "ready_count": len(ready) + sum(rest.partner_id in payable for rest in rests),
        "rests": [rest for rest in rests if rest.partner_id in payable],
        "held": [claim for claim in waiting if claim.partner_id not in payable],
        "total": sum((claim.approved_amount or ZERO for claim in ready), ZERO)
        + sum((rest.deferred_amount or ZERO for rest in rests if rest.partner_id in payable), ZERO),
        "page": keyset(request, _batches(), "-created_at", "-id"),
    }
    return page(request, "incentives/payout_list.html", context)


def _batches() -> Any:
    rows = PaymentBatch.objects.select_related("created_by", "exported_by", "paid_by")
    return rows.annotate(payments=Count("lines"), sum=Sum("lines__amount"))


@requires("incentives.pay", fresh=True)
def payout_new(request: ScopedRequest) -> HttpResponse:
    """Open a batch of everything that can be paid (POST)."""
    if request.method != "POST":
        return SeeOther("/network/payouts/")
    try:
        opened = operations.open_payout(by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
        return SeeOther("/network/payouts/")
    for claim, words in opened.left[:5]:
        messages.warning(request, f"{claim.version.title}, {claim.subject} is not in the batch. {words}.")
    return SeeOther(f"/network/payouts/{opened.batch.ref}/")


@requires("incentives.pay", PaymentBatch)
def payout(request: ScopedRequest, batch: PaymentBatch) -> HttpResponse:
    """One batch: its lines, its totals, and its next step."""
    return page(request, "incentives/payout.html", batch_context(request, batch))


def batch_context(request: ScopedRequest, batch: PaymentBatch) -> dict[str, Any]:
    """Lines with what they pay, and who did what."""
    lines = list(
        PaymentLine.objects.filter(batch=batch)
        .select_related("partner")
        .order_by("partner__name", "reference_type", "reference_id")
    )
    claims = Claim.objects.shown().in_bulk([line.reference_id for line in lines if line.reference_type == REFERENCE])
    rests = Rest.objects.select_related(*CLAIM).in_bulk(
        [line.reference_id for line in lines if line.reference_type == REST]
    )
    rows = [
        {
            "line": line,
            "claim": claims[line.reference_id] if line.reference_type == REFERENCE else rests[line.reference_id].claim,
        }
        for line in lines
    ]
    states = ["open", "exported", "paid"]
    reached = states.index(batch.state)
    marks = [
        "done" if place < reached or batch.state == "paid" else "now" if place == reached else "" for place in range(3)
    ]
    return {
        "batch": batch,
        "rows": rows,
        "total": sum((line.amount for line in lines), ZERO),
        "partners": len({line.partner_id for line in lines}),
        "track": [
            {"word": word, "note": "", "state": mark}
            for word, mark in zip(("Open", "Exported", "Paid"), marks, strict=True)
        ],
        "is_mine": request.user.pk in (batch.created_by_id, batch.exported_by_id),
        "timeline": list(
            NetworkLogEntry.objects.filter(subject_type="ledger.paymentbatch", subject_id=batch.pk)
            .select_related("actor")
            .order_by("-at", "-id")
        ),
    }


@requires("incentives.pay", PaymentBatch, fresh=True)
def payout_export(request: ScopedRequest, batch: PaymentBatch) -> HttpResponse:
    """Close the batch and write its file (POST)."""
    if request.method == "POST":
        try:
            done = operations.export_payout(batch=batch, by=request.user, at=now())
            messages.success(
                request,
                f"Exported {done.line_count} payments, {show_money(done.total or ZERO)}. Download the file for the bank.",
            )
        except DomainError as error:
            messages.error(request, error.message)
    return SeeOther(f"/network/payouts/{batch.ref}/")


@requires("incentives.pay", PaymentBatch)
def payout_file(request: ScopedRequest, batch: PaymentBatch) -> HttpResponse:
    """The file as it was exported, byte for byte."""
    if not batch.content:
        raise Http404
    response = HttpResponse(bytes(batch.content), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="payout-{batch.ref}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@requires("incentives.pay", PaymentBatch, fresh=True)
def payout_payment(request: ScopedRequest, batch: PaymentBatch) -> HttpResponse:
    """Another person notes the reference and the day of the payment."""
    form = PaymentForm(posted(request), initial={"paid_on": today()})
    if request.method == "POST" and form.is_valid():
        paid = tried(
            form, lambda: operations.mark_payout_paid(batch=batch, **form.cleaned_data, by=request.user, at=now())
        )
        if paid is not None:
            messages.success(request, f"{show_money(paid.total or ZERO)} is paid, reference {paid.bank_reference}.")
            return SeeOther(f"/network/payouts/{batch.ref}/")
    return page(request, "incentives/payment.html", batch_context(request, batch), form=form)
