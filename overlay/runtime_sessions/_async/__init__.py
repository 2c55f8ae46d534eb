"""The asynchronous half, written by hand; codegen/unasync.py makes `_sync` of it."""
