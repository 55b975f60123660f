"""Small answers that every app's views share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.csrf import csrf_failure

from common.access import PUBLIC, elsewhere
from common.errors import DomainError
from common.held import way_back


class SeeOther(HttpResponseRedirect):
    """303: what was posted is done, now GET this."""

    status_code = 303


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the POST, an empty one too; None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, form: forms.BaseForm | None = None
) -> HttpResponse:
    """A page; 422 where its form was refused."""
    refused = form is not None and form.is_bound and bool(form.errors)
    return render(
        request, template, {"form": form, **context} if form is not None else context, status=422 if refused else 200
    )


def post_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that only takes what a form sends; whoever opens its address reads that, with status 405."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        answer = render(request, "405.html", status=405)
        answer.headers["Allow"] = "POST"
        return answer

    return guarded


def tried(form: Any, operation: Callable[[], Any]) -> Any:
    """Run one operation; its refusal becomes an error of the form (at its field where it names one) and None comes back."""
    try:
        return operation()
    except DomainError as error:
        refuse(form, error)
    except ValidationError as error:
        _spread(form, error)
    return None


def refuse(form: Any, error: DomainError) -> None:
    """Say the refusal at the field that it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def pressed(request: HttpRequest, operation: Callable[[], Any], done: str, *, back_to: str) -> HttpResponse:
    """A button's answer: a POST runs the operation and says what was done, or why not; then the page that it stands on."""
    if request.method == "POST":
        try:
            operation()
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, done)
    return SeeOther(back_to)


def _spread(form: Any, error: ValidationError) -> None:
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, words in by_field.items():
        form.add_error(name if name in form.fields else None, words)


def token_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A POST without its token: where its sender is not signed in any more, that is what is wrong, and the sign-in leads back."""
    asked: Any = request
    access = getattr(asked.resolver_match.func, "access", None)
    if access is None or access.permission == PUBLIC or asked.user.is_authenticated:
        return csrf_failure(request, reason)
    back = way_back(request)
    if request.headers.get("HX-Request"):
        return elsewhere(request, reverse("account_login"), back_to=back)
    sign_in = f"{reverse('account_login')}?{urlencode({'next': back})}"
    return render(request, "403_signed_out.html", {"sign_in": sign_in}, status=403)
