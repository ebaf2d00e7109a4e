"""No record shows its secret when it is printed or logged."""

import importlib
import pkgutil
from dataclasses import fields, is_dataclass

import wheelyard
from wheelyard import users
from wheelyard.users import NewUser

SECRET_WORDS = ("secret", "password")


def list_records() -> set[type]:
    """Every dataclass of ours."""
    found = set()
    for module in pkgutil.walk_packages(wheelyard.__path__, "wheelyard."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            loaded = importlib.import_module(module.name)
            found |= {kind for kind in vars(loaded).values() if isinstance(kind, type)}
    return {kind for kind in found if is_dataclass(kind)}


def test_no_repr_of_a_record_holds_a_field_that_is_a_secret() -> None:
    secret = {
        f"{kind.__module__}.{kind.__name__}.{field.name}": field.repr
        for kind in list_records()
        for field in fields(kind)
        if any(word in field.name for word in SECRET_WORDS)
    }

    assert "wheelyard.users.NewUser.password" in secret
    assert [name for name, shown in secret.items() if shown] == []


def test_a_new_user_does_not_show_the_hash_of_a_password() -> None:
    hashed = users.hash_password("open sesame")

    new = NewUser("ada", "Ada", "ada@example.com", hashed)

    assert hashed.startswith("$argon2id$")
    assert "argon2" not in repr(new)
