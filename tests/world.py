"""Two partners, each with a person in every role, Code.org's people, and browsers signed in as any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from accounts.models import User
from accounts.tokens import make_token
from common.scopes import SCOPES
from common.tenancy import nobody_context, staff_context
from common.zones import now, today
from partners.models import Partner
from partners.operations import ensure_calendars
from tests import factories

PARTNER_ROLES = ("director", "program_manager", "facilitator", "champion")
CODE_ORG_ROLES = ("outreach_manager", "staff", "finance", "administrator")
SECRET = "tenant-b-7f3a91c4e2"


@dataclass
class World:
    """`home` is the partner that tests act for; `away` is the other tenant, whose rows carry SECRET in their texts."""

    home: Partner
    away: Partner
    people: dict[str, User] = field(default_factory=dict)
    away_people: dict[str, User] = field(default_factory=dict)


@pytest.fixture
def world(db: None) -> World:
    """The smallest network in which every role exists."""
    with staff_context("arrange"):
        ensure_calendars(on=today())
        made = World(
            factories.make_partner(name="Home Mesa CS Alliance", slug="home-mesa"),
            factories.make_partner(name=f"Away {SECRET}", slug="away"),
        )
        made.people = factories.make_members(made.home, {role: f"Home {role}" for role in PARTNER_ROLES})
        made.away_people = factories.make_members(made.away, {role: f"{SECRET} {role}" for role in PARTNER_ROLES})
        names = [(role, f"Code.org {role}") for role in CODE_ORG_ROLES]
        *ours, other = factories.make_code_org_people(
            [*names, ("outreach_manager", "Code.org second outreach manager")]
        )
        made.people |= dict(zip(CODE_ORG_ROLES, ours, strict=True))
        made.away_people["outreach_manager"] = other
        factories.assign(made.people["outreach_manager"], made.home)
        factories.assign(other, made.away)
    return made


SignIn = Callable[..., Client]


@pytest.fixture
def signed_in() -> SignIn:
    """`signed_in(user)`: a browser whose session counts as opened with a second factor just now; fresh=False: an hour ago."""

    def sign_in(user: User, *, fresh: bool = True, second_factor: bool = True) -> Client:
        client, request = Client(), RequestFactory().get("/")
        request.session = SessionStore()
        request.session[SESSION_KEY] = str(user.pk)
        request.session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        record_authentication(request, user, method="mfa" if second_factor else "password", reauthenticated=True)
        if not fresh:
            request.session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= 3600
        request.session.create()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
        return client

    return sign_in


ByToken = Callable[..., Client]


def token_of(user: User, *scopes: str) -> str:
    """The secret of a new token, for everything unless scopes are named."""
    with nobody_context(user=user.pk):
        _row, secret = make_token(
            user=user, name="test", scopes=scopes or [key for key, _words in SCOPES], at=now() - dt.timedelta(minutes=5)
        )
    return secret


@pytest.fixture
def by_token() -> ByToken:
    """`by_token(user)`: a program that acts for her, for everything unless scopes are named."""

    def program(user: User, *scopes: str) -> Client:
        return Client(headers={"Authorization": f"Bearer {token_of(user, *scopes)}"})

    return program


def facts(response: Any) -> str:
    """The body as text, for looking for strings that must not be there."""
    return str(response.content.decode())
