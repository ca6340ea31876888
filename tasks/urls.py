from django.urls import path

from tasks import views

app_name = "tasks"
urlpatterns = [
    path("projects/<int:project_id>/tasks/export/", views.export, name="export"),
]
