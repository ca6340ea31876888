from projects.models.audience import Audience
from projects.models.audit_entry import AuditEntry
from projects.models.event import Event
from projects.models.invitation import Invitation
from projects.models.membership import FormerMember, Membership
from projects.models.project import Counter, Project
from projects.models.spent import Spent
from projects.models.upload import Upload

__all__ = [
    "Audience",
    "AuditEntry",
    "Counter",
    "Event",
    "FormerMember",
    "Invitation",
    "Membership",
    "Project",
    "Spent",
    "Upload",
]
