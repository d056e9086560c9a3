"""The languages that a report can be in."""

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Code of ISO 639 -> its own name; reports/locale holds the texts of all but the first."""


def check_language(code: str) -> str:
    """The code itself.

    Raises:
        ValueError: There is no such language; the text lists those that there are.
    """
    if code not in LANGUAGES:
        known = ", ".join(f"{known} ({name})" for known, name in LANGUAGES.items())
        raise ValueError(f"there is no report in {code!r}; there are: {known}")
    return code
