from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from projects import moments, signals, snapshot  # noqa: F401 - receivers and sections register themselves

        moments.read_quickly()
