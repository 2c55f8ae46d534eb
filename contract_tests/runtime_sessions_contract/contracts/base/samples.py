"""Requests that are worth a try: legal ones beside the usual, and malformed ones."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from runtime_sessions_contract.openapi.values import Json


class Samples(ABC):
    """What the drivers ask for, by one contract.

    Attributes:
        fuzz_checks: What Schemathesis is told of its checks, by operation, where the contract says
            more than a schema can.
    """

    fuzz_checks: Mapping[str, Json] = {}

    def creations(self, backend: str) -> list[Json]:
        """Legal fields of create beside mode and max TTL, on a backend."""
        del backend
        return []

    @abstractmethod
    def pages(self) -> list[Json]:
        """Legal queries for a page of jobs that are answered otherwise than by the default."""

    @abstractmethod
    def wrong_fields(self) -> list[Json]:
        """Fields that a body of create cannot have."""

    @abstractmethod
    def wrong_bodies(self, backend: str, instance: str) -> list[object]:
        """Bodies that create does not take, on names that the server knows."""

    def wrong_updates(self) -> list[object]:
        """Bodies that update does not take."""
        return [{}, [], None, True]

    @abstractmethod
    def wrong_pages(self) -> list[str]:
        """Queries that are none for a page of jobs."""

    def wrong_lists(self) -> list[str]:
        """Queries that are none for a list of workloads."""
        return []
