"""`python -m local`: the commands of local.commands."""

import sys

if __name__ == "__main__":
    # Their modules take half a second to import: Ctrl-C may come before any command begins.
    try:
        from local.commands import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
