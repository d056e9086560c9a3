"""What a manager reads: pure functions from rows of the published warehouse to figures and pages.

Nothing here queries anything but the published warehouse or imports Dagster.
"""
