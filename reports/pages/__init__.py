"""Pages: what each one says, from numbers and figures to the context of its template."""
