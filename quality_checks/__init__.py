"""Whether the data can be trusted: Great Expectations suites, reconciliations, freshness.

Checks report and stop; they never repair.
"""
