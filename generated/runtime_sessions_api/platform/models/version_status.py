from ..types import OpenStrEnum


class VersionStatus(OpenStrEnum):
    DEPRECATED = "deprecated"
    LIVE = "live"

    def __str__(self) -> str:
        return str(self.value)
