"""{% if project|may:"export" %}: whether the person that the project was found for may do it there."""

from django import template

from projects import access
from projects.models import Project

register = template.Library()


@register.filter
def may(project: Project, capability: str) -> bool:
    return access.may(project.my_role, capability, project)
