"""YAML by libyaml where there is one: the registry alone takes ten times as long without."""

from typing import Any

import yaml
from yaml import YAMLError

__all__ = ["YAMLError", "read_yaml"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    """What a YAML text holds: plain values, lists and mappings.

    Raises:
        YAMLError: it is not YAML; the message names line and column.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  a safe loader in either case
