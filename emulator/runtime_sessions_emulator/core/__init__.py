"""The life of sessions and jobs: data and time in, data out.

Nothing here knows of HTTP, of a contract's wire format or of a thread, and the time is told by
whoever calls. Of the outside world there is one file: the one that `Config.load` reads.
"""
