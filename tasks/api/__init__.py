"""The board over HTTP, one noun a file."""

from ninja import Router

from tasks.api import (
    activity,
    attachments,
    bulk,
    checklists,
    columns,
    comments,
    dependencies,
    labels,
    tasks,
    views,
    watchers,
)

router = Router()
for part in (
    tasks,
    bulk,
    attachments,
    columns,
    labels,
    comments,
    views,
    checklists,
    dependencies,
    watchers,
    activity,
):
    router.add_router("", part.router)
