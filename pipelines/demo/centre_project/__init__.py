"""The project that reads the simulated centre: its settings and mappings, as a user writes them.

What belongs here: `callmart.toml` in parts, a mapping for each kind of file, and `build_project`,
which lays both down in a folder and simulates the files they read into its `landing`. What truly
happened goes to `truth` beside it, which callmart never reads.
"""

from pipelines.demo.centre_project.build import (
    build_project,
    is_unfinished,
    lay_down,
)

__all__ = ["build_project", "is_unfinished", "lay_down"]
