"""Where data is kept: the lake, the private copy, the published file, the run log.

Knows bytes, files and locks; knows no source system, no model and no metric.
"""
