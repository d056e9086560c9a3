"""What is materialised: ingest per source system, the build, forecasts, report assets.

Bodies are thin: read, call a pure function, write, return metadata. SQL models live in `models`,
HTML in `reports`.
"""
