"""Where the service is and who asks: arguments, then environment, then saved accounts."""

from runtime_sessions._settings.find import INSTANCES, NO_INSTANCE, find_settings
from runtime_sessions._settings.settings import (
    Settings,
    Source,
    Way,
    from_arguments,
    where_token_is,
)
from runtime_sessions._settings.url import checked_url

__all__ = [
    "INSTANCES",
    "NO_INSTANCE",
    "Settings",
    "Source",
    "Way",
    "checked_url",
    "find_settings",
    "from_arguments",
    "where_token_is",
]
