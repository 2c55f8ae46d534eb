from ..types import OpenStrEnum


class ListWorkloadsSort(OpenStrEnum):
    CREATEDAT = "createdAt"
    VALUE_1 = "-createdAt"

    def __str__(self) -> str:
        return str(self.value)
