"""`python -m local`: the commands of local.commands."""

import atexit
import gc
import sys

if __name__ == "__main__":
    # At exit Python looks for garbage among all objects, which takes longer than stopping AWS.
    atexit.register(gc.freeze)
    # Importing the commands takes half a second. Ctrl-C may come before a command starts.
    try:
        from local.engine.stack_files import StackFileError

        try:
            from local.commands import main

            sys.exit(main())
        except StackFileError as error:  # Pulumi.yaml names the project
            sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
