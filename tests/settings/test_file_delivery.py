"""Who sends files is one of two, and nothing else is taken for one of them."""

import pytest

from wheelyard.settings import FileDelivery, InvalidSettings, Settings


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", FileDelivery.DIRECT),
        ("direct", FileDelivery.DIRECT),
        (" x-accel ", FileDelivery.X_ACCEL),
    ],
)
def test_it_is_read(text: str, meant: FileDelivery) -> None:
    settings = Settings.from_environment({"WHEELYARD_FILE_DELIVERY": text})

    assert settings.file_delivery is meant


@pytest.mark.parametrize("text", ["redirect", "X-Accel", "nginx"])
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        Settings.from_environment({"WHEELYARD_FILE_DELIVERY": text})

    said = f"WHEELYARD_FILE_DELIVERY is {text!r}; it must be direct or x-accel."
    assert refused.value.problems == [said]
