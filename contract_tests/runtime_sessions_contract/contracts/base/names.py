"""Names that no server knows."""

from typing import Final

#: Names that begin like this stand for what no server has: they are asked for to be refused.
NOWHERE: Final = "no-such-"
