from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from projects.admin import log, people, projects, uploads

admin.site.site_header = admin.site.site_title = _("Taskroom")
admin.site.index_title = _("Taskroom")

__all__ = ["log", "people", "projects", "uploads"]
