"""Files on their way in and out: streamed to disk, measured, named, looked at; handed to whoever may have them."""

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja.throttling import BaseThrottle

from projects import previews, rates, sniffing
from projects.file_names import NamesAsSent, check_name, clean_name
from projects.models import Project, Upload

ROUTE = "api:upload"  # the one address that takes files
AROUND = 64 * 1024  # bytes of a request beside its file
KEPT_LOOSE = timedelta(hours=24)  # a file that was attached to nothing
ACCEL = "/protected/"  # of deploy/nginx.conf
# Types that say nothing a browser could run; all else goes out as bytes.
HARMLESS = {name for *_, name in sniffing.SIGNATURES} - sniffing.PROGRAMS
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


class TooLarge(RequestDataTooBig):
    """413; the text is for whoever sent it."""


# On its way in ---------------------------------------------------------------------------------------------


class Uploads(BaseThrottle):
    """Files are counted by themselves: somebody adds ten at once, and talks on."""

    def allow_request(self, request: HttpRequest) -> bool:
        try:
            rates.upload(request.user.pk)
        except rates.TooFast as error:
            request.too_fast = error
            return False
        return True


class IncomingFile(UploadedFile):
    """On disk beside where it will stay, so that it need only be renamed; gone when it is closed before.

    `sent_name` is what it was called, be that what it may.
    """

    def __init__(self, name: str, content_type: str, *more: Any) -> None:
        folder = Path(settings.MEDIA_ROOT) / ".incoming"
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115 - closed by whoever reads the request
        super().__init__(file, clean_name(name), content_type, 0, *more)
        self.sent_name = name

    def temporary_file_path(self) -> str:
        return self.file.name

    def close(self) -> None:
        with suppress(FileNotFoundError):  # it was kept
            self.file.close()


class Incoming(FileUploadHandler):
    """The only handler that requests begin with: no file but at the one address that takes any, up to UPLOAD_MAX."""

    def handle_raw_input(
        self, input_data: Any, META: dict, content_length: int, boundary: bytes, encoding: str | None = None
    ) -> Any:
        match = self.request.resolver_match
        if not (match and match.view_name == ROUTE):
            if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                raise RequestDataTooBig
            return None
        if content_length > settings.UPLOAD_MAX + AROUND:
            raise too_large()
        return NamesAsSent(META, input_data, [OneFile(self.request)], encoding).parse()

    def new_file(self, *arguments: Any, **keywords: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called: every file is skipped."""

    def file_complete(self, file_size: int) -> None:
        """No file came of it."""


class OneFile(FileUploadHandler):
    """Takes the first file of a request."""

    taken = False

    def new_file(self, *arguments: Any, **keywords: Any) -> None:
        super().new_file(*arguments, **keywords)
        if self.taken:
            raise SkipFile
        self.taken = True
        self.file = IncomingFile(self.file_name, self.content_type, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.size += len(raw_data)
        if self.file.size > settings.UPLOAD_MAX:
            self.file.close()
            raise too_large()
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> IncomingFile:
        file = self.file
        del self.file  # or it would be closed when another one is skipped
        file.seek(0)
        return file


def too_large() -> TooLarge:
    return TooLarge(
        _("This file is too large: at most %(most)s can be attached.")
        % {"most": _megabytes(settings.UPLOAD_MAX)}
    )


def copy(upload: Upload, *, by: Any) -> Upload:
    """The same file once more, to hang somewhere else: who loses sight of one keeps the other, and it counts twice."""
    kept = ("project_id", "name", "type", "size", "stored", "width", "height", "has_preview")
    again = Upload(created_by=by, **{name: getattr(upload, name) for name in kept})
    again.path().parent.mkdir(parents=True, exist_ok=True)
    try:
        for preview in (False, True) if upload.has_preview else (False,):
            shutil.copyfile(upload.path(preview=preview), again.path(preview=preview))
        _enter(again)
    except BaseException:
        again.remove_files()
        raise
    return again


def _megabytes(bytes: int) -> str:
    return _("%(number)s MB") % {"number": f"{bytes / 1e6:g}"}


def receive(project: Project, file: IncomingFile, *, by: Any) -> Upload:
    """Keep it. ValidationError for a file that is empty, pretends or has a bad name; TooLarge beyond the project's
    quota."""
    check_name(file.sent_name)
    if not file.size:
        raise ValidationError({"file": [_("This file is empty.")]})
    file.flush()
    upload = Upload(project=project, name=clean_name(file.sent_name), size=file.size, created_by=by)
    source = Path(file.temporary_file_path())
    upload.type = sniffing.type_of(source)
    if sniffing.pretends(upload.name, upload.type):
        raise ValidationError({"file": [_("What this file holds is not what its name says.")]})
    upload.path().parent.mkdir(parents=True, exist_ok=True)
    try:
        _look(upload, source)
        source.chmod(0o644)  # nginx reads it as another account
        source.rename(upload.path())
        _enter(upload)
    except BaseException:
        upload.remove_files()
        raise
    return upload


def _look(upload: Upload, source: Path) -> None:
    preview = upload.path(preview=True)
    size = previews.make(source, preview) if upload.type in sniffing.PICTURES else None
    upload.stored = upload.size
    if size:
        upload.width, upload.height = size
        upload.has_preview = True
        upload.stored += preview.stat().st_size


@transaction.atomic
def _enter(upload: Upload) -> None:
    # One after the other: of two files that both just fit, one comes too late.
    Project.objects.select_for_update(no_key=True).get(pk=upload.project_id)
    used = Upload.objects.filter(project=upload.project_id).bytes()
    if used + upload.stored > settings.UPLOAD_QUOTA:
        raise TooLarge(
            _("There is no room left for this file: the files of a project may take %(most)s.")
            % {"most": _megabytes(settings.UPLOAD_QUOTA)}
        )
    upload.save()


# On its way out --------------------------------------------------------------------------------------------


def serve(upload: Upload, *, preview: bool = False) -> HttpResponse:
    """The file as a download, or its preview to be shown. Behind nginx it is nginx that sends it."""
    type = upload.type if upload.type in HARMLESS else sniffing.UNKNOWN
    headers = {
        "Content-Type": "image/webp" if preview else type,
        "Content-Disposition": "inline" if preview else content_disposition_header(True, upload.name),
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    if settings.UPLOAD_ACCEL:
        return HttpResponse(headers={**headers, "X-Accel-Redirect": ACCEL + upload.place(preview=preview)})
    response = FileResponse(upload.path(preview=preview).open("rb"), content_type=headers["Content-Type"])
    for name, value in headers.items():  # it has thought up a name of its own
        response.headers[name] = value
    return response


# What is left over -----------------------------------------------------------------------------------------


def prune() -> int:
    """Delete files that were attached to nothing for a day, and what lies there without a row; how many."""
    old = timezone.now() - KEPT_LOOSE
    loose = Upload.objects.loose().filter(created_at__lt=old)
    count = sum(bool(upload.delete()) for upload in loose.iterator())
    return count + sum(_forget(path) for path in _strays(old.timestamp()))


def _strays(before: float) -> list[Path]:
    root = Path(settings.MEDIA_ROOT)
    incoming = [path for path in root.glob(".incoming/*") if _older(path, before)]
    strays = []
    for folder in root.glob("uploads/*"):
        paths = {path: path.name.partition(".")[0] for path in folder.iterdir() if _older(path, before)}
        known = set(Upload.objects.filter(key__in=set(paths.values())).values_list("key", flat=True))
        strays += [path for path, key in paths.items() if key not in known]
    return incoming + strays


def _older(path: Path, moment: float) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < moment
    except FileNotFoundError:  # deleted this moment
        return False


def _forget(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True
