"""Every setting is told with its value, its meaning and its origin, and no password with it."""

from dataclasses import replace

from wheelyard.settings import FROM_OPTIONS, Effective, Origin, Settings, effective

ENVIRONMENT = {
    "WHEELYARD_PORT": "8090",
    "WHEELYARD_WORKERS": "2",
    "WHEELYARD_PACKAGES_ENABLED": "no",
    FROM_OPTIONS: "WHEELYARD_PORT",
}


def told(settings: Settings, environment: dict[str, str]) -> dict[str, Effective]:
    """What is told of each setting, by its name."""
    return {setting.name: setting for setting in effective(settings, environment)}


def test_an_option_is_told_from_a_variable_and_from_a_default() -> None:
    settings = told(Settings.from_environment(ENVIRONMENT), ENVIRONMENT)

    assert settings["WHEELYARD_PORT"].origin is Origin.OPTION
    assert settings["WHEELYARD_WORKERS"].origin is Origin.ENVIRONMENT
    assert settings["WHEELYARD_HOST"].origin is Origin.DEFAULT


def test_values_are_as_one_would_write_them() -> None:
    settings = told(Settings.from_environment(ENVIRONMENT), ENVIRONMENT)

    assert settings["WHEELYARD_PORT"].value == "8090"
    assert settings["WHEELYARD_PACKAGES_ENABLED"].value == "false"
    assert settings["WHEELYARD_DUPLICATES"].value == "allow"
    assert settings["WHEELYARD_BASE_URL"].value == ""
    assert settings["WHEELYARD_PORT"].meaning == "The port to listen on."


def test_a_password_in_an_address_is_masked() -> None:
    settings = replace(Settings(), database_url="sqlite://ada:open-sesame@/srv/registry")

    value = told(settings, {})["WHEELYARD_DATABASE_URL"].value

    assert value == "sqlite://ada:***@/srv/registry"
