from django.urls import path

from projects import dashboard, oversight, views

app_name = "projects"
urlpatterns = [
    path("", dashboard.dashboard, name="home"),
    path("projects/new/", views.new, name="new"),
    path("projects/<int:project_id>/", views.page, name="page"),
    path("projects/<int:project_id>/tasks/<int:number>/", views.page, name="task"),
    path("projects/<int:project_id>/rooms/<int:room_id>/", views.page, name="room"),
    path(
        "projects/<int:project_id>/rooms/<int:room_id>/messages/<int:message_id>/", views.page, name="message"
    ),
    path(
        "projects/<int:project_id>/rooms/<int:room_id>/threads/<int:message_id>/", views.page, name="thread"
    ),
    path("projects/<int:project_id>/messages/<int:message_id>/", views.message, name="message_link"),
    path("projects/<int:project_id>/settings/", views.settings, name="settings"),
    path("projects/<int:project_id>/rights/", oversight.table, name="rights"),
    path("projects/<int:project_id>/rights/reset/", oversight.reset, name="reset_rights"),
    path("projects/<int:project_id>/audit/", oversight.audit, name="audit"),
    path("projects/<int:project_id>/audit/export/", oversight.export, name="export_audit"),
    path("projects/<int:project_id>/archive/", views.archive, name="archive"),
    path("projects/<int:project_id>/restore/", views.restore, name="restore"),
    path("projects/<int:project_id>/delete/", views.delete, name="delete"),
    path("projects/<int:project_id>/leave/", views.leave, name="leave"),
    path("projects/<int:project_id>/members/", views.members, name="members"),
    path("projects/<int:project_id>/members/<int:user_id>/role/", views.change_role, name="change_role"),
    path(
        "projects/<int:project_id>/members/<int:user_id>/remove/", views.remove_member, name="remove_member"
    ),
    path("projects/<int:project_id>/members/<int:user_id>/transfer/", views.transfer, name="transfer"),
    path("projects/<int:project_id>/invitations/", views.invite, name="invite"),
    path("projects/<int:project_id>/invitations/<int:invitation_id>/revoke/", views.revoke, name="revoke"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
