"""The command `runtime-sessions` (extra `cli`), which uses the library as any program would."""
