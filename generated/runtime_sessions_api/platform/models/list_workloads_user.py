from ..types import OpenStrEnum


class ListWorkloadsUser(OpenStrEnum):
    ME = "me"

    def __str__(self) -> str:
        return str(self.value)
