"""The numbers of a page in other shapes: files, workbooks, PDF and a summary to mail.

What belongs here turns what a page already shows into something that leaves the site: the same
rows, never a query of their own, so that a page and its files cannot differ.
"""
