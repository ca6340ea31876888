"""Oneself, and one's keys to this API."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field, StrictBool

from .models import APIToken, User

router = Router(tags=["me"])

Line = Annotated[str, Field(max_length=1000)]  # the model says the rest, in words
PathId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class In(Schema):
    model_config = ConfigDict(extra="forbid")


class Avatar(Schema):
    initials: str
    hue: int


class MeOut(Schema):
    id: int
    handle: str
    name: str
    email: str
    time_zone: str
    avatar: Avatar
    invisible: bool
    shares_typing: bool


class MePatch(In):
    name: Line = None
    handle: Line = None
    time_zone: Line = None
    invisible: StrictBool = None
    shares_typing: StrictBool = None


class TokenIn(In):
    name: Line


class TokenOut(Schema):
    id: int
    name: str
    tail: str
    created_at: datetime
    last_used_at: datetime | None


class IssuedTokenOut(TokenOut):
    token: str


class TokenList(Schema):
    items: list[TokenOut]
    next: int | None = None


@router.get("/me", response=MeOut, summary="Who I am")
def me(request: HttpRequest) -> User:
    return request.user


@router.patch(
    "/me", response=MeOut, summary="Change my name, handle or time zone, be invisible, share typing"
)
def change_me(request: HttpRequest, payload: MePatch) -> User:
    request.user.change(by=request.user, **payload.dict(exclude_unset=True))
    return request.user


@router.get("/tokens", response=TokenList, summary="My API tokens, newest first")
def list_tokens(request: HttpRequest) -> dict:
    return {"items": request.user.api_tokens.newest_first()[:100]}


@router.post("/tokens", response={201: IssuedTokenOut}, summary="Make a token; its text is shown this once")
def make_token(request: HttpRequest, payload: TokenIn) -> Status:
    token, text = APIToken.issue(request.user, payload.name)
    token.token = text
    return Status(201, token)


@router.delete("/tokens/{id}", response={204: None}, summary="Revoke a token")
def revoke_token(request: HttpRequest, id: PathId) -> Status:
    get_object_or_404(request.user.api_tokens, pk=id).revoke(by=request.user)
    return Status(204, None)
