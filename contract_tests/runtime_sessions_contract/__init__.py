"""Hold any server to the runtime sessions contract."""
