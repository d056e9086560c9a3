"""What each subcommand of `callmart` does: one module per kind of work.

Modules here print for people and return exit codes; what they show is computed elsewhere.
"""
