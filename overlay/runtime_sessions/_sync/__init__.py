"""The synchronous half, which codegen/unasync.py makes of `_async`."""
