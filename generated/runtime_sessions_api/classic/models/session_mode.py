from enum import StrEnum


class SessionMode(StrEnum):
    BATCH = "batch"
    DEDICATED = "dedicated"

    def __str__(self) -> str:
        return str(self.value)
