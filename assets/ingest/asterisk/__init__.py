"""Asterisk: queue_log, call detail records (cdr_csv, cdr_custom) and channel events (CEL).

`parse` modules take lines apart and protect what names a customer; `sql/` says what the lines of
a contact, an agent's day or the whole log mean. Nothing here knows of files, loads or the lake.
"""
