"""Any table in a file: CSV, TSV, JSON Lines, Excel, Parquet, by a mapping file.

`mapping.py` says what a mapping may hold, `header.py` and `fields.py` take a file's lines apart,
`typing_sql.py` turns text into a contract's types, `parsing.py` puts that together line by line,
`deriving.py` picks the row that counts where several speak of one thing. Mappings that ship with
callmart lie in `mappings/`.
"""
