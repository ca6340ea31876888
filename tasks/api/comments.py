"""What people say of a task."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from projects import access
from projects.schemas import Page, PathId
from tasks.api.finding import find_task, newest_page
from tasks.models import Comment
from tasks.schemas import CommentIn, CommentOut, CommentPatch, CommentsOut

router = Router(tags=["tasks"])


@router.get("/tasks/{task_id}/comments", response=CommentsOut)
def comments(request: HttpRequest, task_id: PathId, query: Query[Page]):
    """The newest page first; within a page the oldest comment stands first."""
    return newest_page(find_task(request, task_id, to="see").comments.all(), query)


@router.post("/tasks/{task_id}/comments", response={200: CommentOut, 201: CommentOut})
def add_comment(request: HttpRequest, task_id: PathId, payload: CommentIn):
    task = find_task(request, task_id, to="comment")
    comment, new = Comment.objects.add_to(task, by=request.user, **payload.dict())
    return Status(201 if new else 200, comment.row())


@router.patch("/comments/{comment_id}", response=CommentOut)
def edit_comment(request: HttpRequest, comment_id: PathId, payload: CommentPatch):
    comment = access.find(request.user, Comment, comment_id, to="comment")
    if comment.author_id != request.user.pk:
        raise PermissionDenied(_("Only its author can edit a comment."))
    comment.edit(payload.body, by=request.user)
    return comment.row()


@router.delete("/comments/{comment_id}", response={204: None})
def remove_comment(request: HttpRequest, comment_id: PathId):
    comment = access.find(request.user, Comment, comment_id, to="comment")
    if comment.author_id != request.user.pk and not access.may(
        comment.my_role, "delete_messages", comment.project
    ):
        raise PermissionDenied(_("Only its author or an admin can delete a comment."))
    comment.remove(by=request.user)
    return Status(204, None)
