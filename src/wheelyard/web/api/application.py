"""The instance's settings (GitLab documentation, "Application settings API", "Plan limits API").

Of GitLab's many those are here that a registry has a use for.  What is shown is in force; what is
set counts over the environment, from the next request on, until null gives it back.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from wheelyard import instance
from wheelyard.settings import Duplicates, Settings
from wheelyard.web.api import policies
from wheelyard.web.api.endpoint import Call, Reply
from wheelyard.web.api.policies import Changes, FileSize, Prefixes, SaidForAll
from wheelyard.web.asked import Text

PlanName = Annotated[Literal["default"], Meta(description="There is one plan, for everybody.")]

# What is asked for -------------------------------------------------------------------------------


class EditSettings(SaidForAll, kw_only=True, frozen=True):
    """What is to be changed."""

    packages_enabled: Annotated[
        bool | UnsetType | None, Meta(description="The switch of all packages.")
    ] = UNSET
    package_registry_allow_anyone_to_pull_option: Annotated[
        bool | UnsetType | None,
        Meta(description="Whether private projects may let anybody install their packages."),
    ] = UNSET
    pypi_upstream_url: Annotated[
        Text | UnsetType | None,
        Meta(description="The index that is forwarded to; a package's name is appended."),
    ] = UNSET


class GetPlanLimits(Struct, kw_only=True, frozen=True):
    """Whose limits."""

    plan_name: PlanName = "default"


class EditPlanLimits(Struct, kw_only=True, frozen=True):
    """What is to be changed."""

    plan_name: PlanName
    pypi_max_file_size: FileSize | UnsetType | None = UNSET


# What is answered --------------------------------------------------------------------------------


class ApplicationSettings(Struct, kw_only=True, frozen=True):
    """What is in force.  The throttles are the environment's alone."""

    id: int = 1
    packages_enabled: bool
    package_registry_allow_anyone_to_pull_option: bool
    pypi_max_file_size: FileSize
    pypi_duplicates: Duplicates
    pypi_package_requests_forwarding: bool
    lock_pypi_package_requests_forwarding: bool
    pypi_upstream_url: str
    pypi_reserved_prefixes: Prefixes
    throttle_unauthenticated_api_enabled: bool
    throttle_unauthenticated_api_requests_per_period: int
    throttle_unauthenticated_api_period_in_seconds: int
    throttle_authenticated_api_enabled: bool
    throttle_authenticated_api_requests_per_period: int
    throttle_authenticated_api_period_in_seconds: int


class PlanLimits(Struct, kw_only=True, frozen=True):
    """How much is allowed."""

    pypi_max_file_size: FileSize


# Calls -------------------------------------------------------------------------------------------


def get_settings(call: Call) -> Reply[ApplicationSettings]:
    """Get the settings of the instance."""
    return Reply(_show(call.settings))


def edit_settings(call: Call, asked: EditSettings) -> Reply[ApplicationSettings]:
    """Change the settings of the instance."""
    changes = policies.read(asked)
    url = asked.pypi_upstream_url
    more: Changes = {
        "packages_enabled": asked.packages_enabled,
        "anyone_can_pull": asked.package_registry_allow_anyone_to_pull_option,
        "upstream_url": url.rstrip("/") if isinstance(url, str) else url,
    }
    changes |= {name: value for name, value in more.items() if value is not UNSET}
    return Reply(_show(_edit(call, changes)))


def get_plan_limits(call: Call, asked: GetPlanLimits) -> Reply[PlanLimits]:
    """Get the limits of the instance."""
    del asked
    return Reply(PlanLimits(pypi_max_file_size=call.settings.max_file_bytes))


def edit_plan_limits(call: Call, asked: EditPlanLimits) -> Reply[PlanLimits]:
    """Change the limits of the instance."""
    limit = asked.pypi_max_file_size
    changes = {} if limit is UNSET else {"max_file_bytes": limit}
    settings = _edit(call, changes)
    return Reply(PlanLimits(pypi_max_file_size=settings.max_file_bytes))


def _edit(call: Call, changes: Changes) -> Settings:
    """Decide, and return what is in force now."""
    instance.edit(call.conn, changes, own_url=call.base_url, by=call.actor, at=call.at)
    return instance.in_force(call.conn, call.environment)


def _show(settings: Settings) -> ApplicationSettings:
    anonymous, user = settings.rate_limit_anonymous, settings.rate_limit_user
    return ApplicationSettings(
        packages_enabled=settings.packages_enabled,
        package_registry_allow_anyone_to_pull_option=settings.anyone_can_pull,
        pypi_max_file_size=settings.max_file_bytes,
        pypi_duplicates=settings.duplicates,
        pypi_package_requests_forwarding=settings.forwarding,
        lock_pypi_package_requests_forwarding=settings.forwarding_locked,
        pypi_upstream_url=settings.upstream_url,
        pypi_reserved_prefixes=settings.reserved_prefixes,
        throttle_unauthenticated_api_enabled=anonymous > 0,
        throttle_unauthenticated_api_requests_per_period=anonymous,
        throttle_unauthenticated_api_period_in_seconds=settings.rate_limit_seconds,
        throttle_authenticated_api_enabled=user > 0,
        throttle_authenticated_api_requests_per_period=user,
        throttle_authenticated_api_period_in_seconds=settings.rate_limit_seconds,
    )
