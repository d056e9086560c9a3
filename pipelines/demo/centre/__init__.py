"""A whole contact-centre business that never was: three sites, and the files their systems write.

`simulate` plays it from a seed, leaves a ledger of what truly happened and then the files. What
belongs here: the business, its chance and its file formats. Nothing of callmart is imported, so
that what callmart finds can be held against what was planted. README.md describes every file.
"""

from pipelines.demo.centre.entry import Simulated, simulate

__all__ = ["Simulated", "simulate"]
