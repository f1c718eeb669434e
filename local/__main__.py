"""`python -m local`: the commands of local.commands."""

import sys

if __name__ == "__main__":
    # Their modules take half a second to import: Ctrl-C may come before any command begins.
    try:
        from components.settings.files import StackFileError

        try:
            from local.commands import main

            sys.exit(main())
        except StackFileError as error:  # of Pulumi.yaml, which has the project's name
            sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
