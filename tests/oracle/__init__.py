"""A second implementation of callmart's numbers: plain Python over the lines of a log.

It is slow and obvious on purpose, uses no SQL and no data frame, and imports nothing of the
product: what it shares with the product is the meaning of the words alone. Tests compare every
number of the warehouse with it.

Instants are whole microseconds since 1970 (UTC), durations whole milliseconds, so that equality
means equality. Reading order: `parsing` (files -> lines), `names` (who is an agent), `visits`,
`contacts`, `timeline` and `states` (agents), `day_numbers` and `metrics` (what a mart carries),
`centre` (all of it together).

Where the logs leave a choice, the choice made is in the docstring of the function that makes it,
under "Reading".
"""
