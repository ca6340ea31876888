"""Addresses of sockets."""

from django.urls import path

from presence.consumers import ProjectConsumer

urlpatterns = [path("ws/projects/<int:project>/", ProjectConsumer.as_asgi())]
