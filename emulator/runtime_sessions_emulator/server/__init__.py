"""The emulator as a program: one ASGI application, served over HTTP or called in process."""
