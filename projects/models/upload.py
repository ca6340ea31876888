"""A file that somebody brought: kept under a random name, and seen by whoever sees what it hangs on."""

import secrets
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# What files can hang on is told by the apps that have it: (user or id of one) -> rows that this person sees, each of
# which has `upload`.
holders: list[Callable[[Any], models.QuerySet]] = []


def new_key() -> str:
    return secrets.token_hex(16)


class UploadQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """What hangs on something that `user` sees, and their own that hang nowhere yet; with `my_role`."""
        seen = Q(attached_at=None, created_by=user)
        for rows in holders:
            seen |= Q(Exists(rows(user).filter(upload=OuterRef("pk"))))
        mine = self.filter(seen, project__memberships__user=user)
        return mine.annotate(my_role=F("project__memberships__role")).select_related("project")

    def loose(self) -> Self:
        return self.filter(attached_at=None)

    def named(
        self, ids: Collection[int], *, project: Any, by: Any, field: str = "attachments"
    ) -> list["Upload"]:
        """The uploads of `by` in the project with these ids, in their order; ValidationError when one is missing."""
        found = {upload.pk: upload for upload in self.filter(pk__in=ids, project=project, created_by=by)}
        if set(ids) - set(found):
            raise ValidationError(
                {field: [_("A file is no longer here, or is attached already. Add it again.")]}
            )
        return [found[pk] for pk in dict.fromkeys(ids)]

    def claim(
        self, ids: Collection[int], *, project: Any, by: Any, field: str = "attachments"
    ) -> list["Upload"]:
        """`named`, of those that hang nowhere: from now on they belong to what the caller's transaction makes."""
        loose = self.loose().select_for_update(no_key=True).order_by("pk")
        claimed = loose.named(ids, project=project, by=by, field=field)
        self.filter(pk__in=ids).update(attached_at=timezone.now())
        return claimed

    def bytes(self) -> int:
        """What they take of the disk, previews included."""
        return self.aggregate(sum=models.Sum("stored"))["sum"] or 0


class Upload(models.Model):
    """`type` is what it holds, whatever it was called. `stored`: bytes with its preview; `width`, `height`: pixels."""

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="uploads")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    stored = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_preview = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    attached_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project"], include=["stored"], name="upload_quota"),
            models.Index(fields=["created_at"], name="upload_loose", condition=Q(attached_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    def row(self) -> dict[str, Any]:
        """As it stands on the wire; nothing of it ever changes. `preview`: an address that pages may show as it is."""
        address = f"/api/v1/uploads/{self.pk}"
        return {
            "id": self.pk,
            "name": self.name,
            "type": self.type,
            "size": self.size,
            "width": self.width,
            "height": self.height,
            "url": f"{address}/file",
            "preview": f"{address}/preview" if self.has_preview else None,
        }

    def place(self, *, preview: bool = False) -> str:
        """Where it lies in MEDIA_ROOT. Nothing that anybody chose is in it."""
        return f"uploads/{self.key[:2]}/{self.key}{'.webp' if preview else ''}"

    def path(self, *, preview: bool = False) -> Path:
        return Path(settings.MEDIA_ROOT) / self.place(preview=preview)

    def remove_files(self) -> None:
        for preview in (False, True):
            self.path(preview=preview).unlink(missing_ok=True)
