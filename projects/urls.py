from django.urls import path

from projects import views

app_name = "projects"
urlpatterns = [
    path("projects/<int:project_id>/", views.page, name="page"),
    path("projects/<int:project_id>/tasks/<int:number>/", views.page, name="task"),
    path("projects/<int:project_id>/rooms/<int:room_id>/", views.page, name="room"),
    path("projects/<int:project_id>/rooms/<int:room_id>/messages/<int:message_id>/", views.page, name="message"),
]
