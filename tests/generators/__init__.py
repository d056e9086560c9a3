"""Strategies that make inputs: centres as they are, and as nasty as files get.

`calls` and `shifts` make the lines of one call and of one agent, `asterisk` whole files.
"""
