"""Files as the source systems of the centre would write them, made from the ledger only.

One module per group of systems; `output` holds what they share: naming, dates, dirt.
"""
