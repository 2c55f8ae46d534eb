"""The one logger of this library."""

import logging

#: Named `runtime_sessions`. It says nothing unless the program that imports this asks for it.
log = logging.getLogger("runtime_sessions")
