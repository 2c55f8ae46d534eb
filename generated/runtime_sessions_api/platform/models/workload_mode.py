from ..types import OpenStrEnum


class WorkloadMode(OpenStrEnum):
    BATCH = "batch"
    JOB = "job"
    SESSION = "session"

    def __str__(self) -> str:
        return str(self.value)
