"""Every address of Taskroom. What belongs to one app stands in that app's urls.py."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from config import status
from config.api import api, no_such_route

urlpatterns = [
    path("api/v1/", api.urls),  # first, for most requests are its
    path("api/v1/<path:rest>", no_such_route),
    path("", include("projects.urls")),
    path("", include("tasks.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/status/", admin.site.admin_view(status.page), name="admin-status"),
    path("admin/status/mail/", admin.site.admin_view(status.mail), name="admin-status-mail"),
    path("admin/", admin.site.urls),
    path("catalog.js", JavaScriptCatalog.as_view(), name="javascript-catalog"),
]

handler500 = "config.errors.server_error"
handler429 = "accounts.views.too_many_requests"  # allauth's, when somebody tries too often
