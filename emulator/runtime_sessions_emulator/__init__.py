"""An HTTP server that lives the life of runtime sessions."""

from runtime_sessions_emulator._config import Config, Instance, User
from runtime_sessions_emulator._emulator import Emulator

__all__ = ["Config", "Emulator", "Instance", "User"]
