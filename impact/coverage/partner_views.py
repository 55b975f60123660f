"""A partner's side of territories: which areas are its own, and what it is asked to share."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse

from common.access import ScopedRequest, requires
from common.pages import keyset
from common.views import SeeOther, page, post_only, tried
from common.zones import now, today
from impact.coverage.forms import AnswerForm
from partners.models import Territory, TerritoryShare
from partners.operations import accept_share, close_share


def home_of(request: ScopedRequest) -> str:
    """The partner's page of territories."""
    return f"/partners/{request.partner.slug}/territories/"


@requires("territories.see")
def partner_territories(request: ScopedRequest) -> HttpResponse:
    """Areas that this partner holds today or later, and shares that somebody proposed."""
    return _shown(request, None)


def _shown(request: ScopedRequest, refused: AnswerForm | None) -> HttpResponse:
    rows = Territory.objects.filter(partner=request.partner).ahead(today())
    rows = rows.select_related("program", "share")
    shares = TerritoryShare.objects.waiting().of(request.partner).select_related("program", "proposed_by")
    context = {
        "partner": request.partner,
        "page": keyset(request, rows, "area_name", "id"),
        "shares": [_asked(request, share, refused) for share in shares.order_by("id")],
        "may_answer": request.user.has_perm("territories.answer_share", request.partner),
    }
    return page(request, "coverage/partner_territories.html", context, form=refused)


def _asked(request: ScopedRequest, share: TerritoryShare, refused: AnswerForm | None) -> dict[str, object]:
    side = share.side_of(request.partner.pk)
    is_this = refused is not None and refused.data.get("share") == share.ref
    form = refused if is_this else AnswerForm(initial={"share": share.ref}, auto_id=f"id_{share.ref}_%s")
    assert form is not None
    form.fields["reason"].required = True  # to refuse: the page does not call it optional
    return {
        "share": share,
        "fellow": share.other_name if side == "holder" else share.holder_name,
        "answered": getattr(share, f"{side}_at") is not None,
        "form": form,
    }


@requires("territories.answer_share")
@post_only
def share_answer(request: ScopedRequest) -> HttpResponse:
    """A Director accepts a share, or refuses it with a reason (POST)."""
    form = AnswerForm(request.POST, auto_id=f"id_{request.POST.get('share', '')[:12]}_%s")
    if not form.is_valid():
        return _shown(request, form)
    data, partner = form.cleaned_data, request.partner
    share = TerritoryShare.objects.of(partner).filter(ref=data["share"]).first()
    if share is None:
        messages.error(request, "This share is not there any more. Nothing was changed.")
        return SeeOther(home_of(request))
    if data["answer"] == "accept":
        done = tried(form, lambda: accept_share(share=share, partner=partner, by=request.user, at=now()))
        words = "You share it now." if done and done.is_accepted else "Accepted. The other partner is asked too."
    else:
        done = tried(form, lambda: close_share(share=share, reason=data["reason"], by=request.user, at=now()))
        words = "Refused; Code.org and the other partner are told."
    if done is None:
        return _shown(request, form)
    messages.success(request, words)
    return SeeOther(home_of(request))
