"""Who sends files is one of three, and nothing else is taken for one of them."""

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


@pytest.mark.parametrize("text", ["Redirect", "X-Accel", "nginx"])
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        Settings.from_environment({"WHEELYARD_FILE_DELIVERY": text})

    said = f"WHEELYARD_FILE_DELIVERY is {text!r}; it must be direct, x-accel or redirect."
    assert refused.value.problems == [said]


NO_BUCKET = "is redirect, which needs an object store; WHEELYARD_BLOBS_URL names none."
NO_FOLDER = (
    "is x-accel, which needs a folder; WHEELYARD_BLOBS_URL names an object store.  Use direct or "
    "redirect."
)


@pytest.mark.parametrize(
    ("delivery", "url", "said"),
    [
        ("redirect", "", NO_BUCKET),
        ("redirect", "file:///srv/blobs", NO_BUCKET),
        ("x-accel", "s3://wheels", NO_FOLDER),
    ],
)
def test_a_store_delivers_as_it_can(delivery: str, url: str, said: str) -> None:
    with pytest.raises(InvalidSettings) as raised:
        Settings.from_environment({"WHEELYARD_FILE_DELIVERY": delivery, "WHEELYARD_BLOBS_URL": url})

    assert raised.value.problems == [f"WHEELYARD_FILE_DELIVERY {said}"]


@pytest.mark.parametrize(
    "url", ["s3://wheels", "s3://wheels/of/acme", "gs://wheels", "az://wheels/acme/"]
)
def test_a_bucket_is_named_by_its_scheme(url: str) -> None:
    settings = Settings.from_environment(
        {"WHEELYARD_BLOBS_URL": url, "WHEELYARD_FILE_DELIVERY": "redirect"}
    )

    assert settings.has_object_store
    assert settings.blobs_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://key:hidden@wheels",
        "s3://wheels?secret=hidden",
        "s3://wheels/../hidden",
        "s3://wheels//hidden",
        "http://hidden.example.com/wheels",
        "wheels",
    ],
)
def test_an_address_that_is_no_store_is_told_without_its_secret(url: str) -> None:
    with pytest.raises(InvalidSettings) as raised:
        Settings.from_environment({"WHEELYARD_BLOBS_URL": url})

    (problem,) = raised.value.problems
    assert "it must be file:///path/to/folder, or s3://, gs:// or az:// with a bucket" in problem
    assert "hidden" not in problem
