"""Text that is not to be shown."""


class Secret(str):
    """Text that a traceback with variables does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[secure]'"
