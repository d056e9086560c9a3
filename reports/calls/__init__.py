"""The calls behind the numbers: which rows of a fact a metric counts, as files beside the pages.

Not here: what a metric means, which is the registry's alone, and the rows of one number on demand,
which `callmart calls` gives.
"""
