from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat import audiences, dashboard, signals, snapshot  # noqa: F401 - they register themselves
