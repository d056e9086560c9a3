"""The project file: what is read, and what a person is told of faults."""

import pytest

from pipelines.settings import Settings, SettingsError, find_project, load_project, parse_settings


def test_an_empty_file_gives_the_defaults():
    assert parse_settings("") == Settings()


def test_a_source_without_a_zone_takes_the_centres():
    settings = parse_settings(
        """
        [centre]
        timezone = "Europe/Berlin"
        [sources.pbx]
        kind = "asterisk"
        [sources.east]
        kind = "asterisk"
        timezone = "Asia/Manila"
        """
    )
    assert settings.zone_of("pbx") == "Europe/Berlin"
    assert settings.zone_of("east") == "Asia/Manila"


def test_a_currency_is_one_of_iso_4217():
    assert parse_settings('[centre]\ncurrency = "PHP"').centre.currency == "PHP"
    assert parse_settings("").centre.currency is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[centre]\ntimezone = "Europe/Berlim"', "did you mean 'Europe/Berlin'"),
        ('[centre]\ntimezome = "UTC"', "centre.timezome"),
        ('[sources.pbx]\nkind = "nortel"', "sources.pbx.kind"),
        ('[sources."P B X"]\nkind = "asterisk"', "sources"),
        ("[queues.sales]\nservice_level_s = 5\nshort_abandon_s = 6", "must not exceed"),
        ('[sources.crm]\nkind = "tabular"\nsite = "Cork"', "its mapping says it"),
        ('[sources.pbx]\nkind = "asterisk"\nsite = ""', "sources.pbx.site"),
        ('[defaults]\nsite = "Cork"', "defaults.site"),
        ('[centre]\ncurrency = "EUROS"', "centre.currency"),
        ('[centre]\ncurrency = "EUX"', "is not a currency of ISO 4217"),
        ('[schedule]\ndaily_at = "25:00"', "schedule.daily_at"),
        ("[centre\n", "not valid TOML"),
    ],
    ids=[
        "zone",
        "unknown key",
        "kind",
        "source name",
        "t > T",
        "site of a table",
        "no site",
        "site of all queues",
        "no code",
        "currency",
        "hour",
        "syntax",
    ],
)
def test_a_fault_is_named_with_its_place(text, said):
    with pytest.raises(SettingsError, match=r"callmart\.toml") as caught:
        parse_settings(text)
    assert said in str(caught.value)


def test_several_faults_are_all_named():
    with pytest.raises(SettingsError) as caught:
        parse_settings('[centre]\ntimezone = "Mars"\ncountry = "Germany"')
    assert "centre.timezone" in str(caught.value)
    assert "centre.country" in str(caught.value)


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match="callmart init"):
        find_project(tmp_path)


def test_the_variable_names_the_project(tmp_path, monkeypatch):
    (tmp_path / "callmart.toml").write_text('[sources.pbx]\nkind = "asterisk"\npath = "logs"')
    monkeypatch.setenv("CALLMART_PROJECT", str(tmp_path))
    project = load_project()
    assert project.root == tmp_path.resolve()
    assert project.landing("pbx") == tmp_path.resolve() / "logs"
