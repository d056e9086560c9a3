"""What assets need from outside: the project they work on."""

import dagster as dg

from pipelines.settings import PROJECT_VARIABLE, Project, load_project


class ProjectResource(dg.ConfigurableResource):
    """Names the project folder; reads its settings anew for every run."""

    folder: str

    def project(self) -> Project:
        """The project with its settings.

        Raises:
            SettingsError: no project file in the folder, or a wrong one.
        """
        from pathlib import Path

        return load_project(Path(self.folder))


def project_from_environment() -> ProjectResource:
    """The project that `CALLMART_PROJECT` names when a run starts."""
    return ProjectResource(folder=dg.EnvVar(PROJECT_VARIABLE))
