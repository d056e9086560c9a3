"""Templates escape; JSON stays inside its script."""

import json

import pytest
from jinja2 import UndefinedError

from reports.pages.render import environment, script_json
from tests.reports.centre import NASTY


def test_json_in_a_page_cannot_end_its_script():
    text = script_json({"name": NASTY, "comment": "<!--"})
    assert "<" not in text
    assert ">" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"name": NASTY, "comment": "<!--"}


def test_templates_escape_and_refuse_unknown_names():
    env = environment()
    assert "<img" not in env.from_string("{{ name }}").render(name=NASTY)
    with pytest.raises(UndefinedError):
        env.from_string("{{ nothing }}").render()


def test_numbers_that_are_not_numbers_are_an_error():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"value": float("nan")})
