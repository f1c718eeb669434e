"""The commands, one a module: `run` is the command, and its docstring the help."""
