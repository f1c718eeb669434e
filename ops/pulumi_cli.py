"""The Pulumi CLI, which is asked for what it knows of a stack."""

import subprocess

from ops.errors import CommandError


def ask_pulumi(stack: str, *command: str, what: str, otherwise: str) -> str:
    """What a command of the CLI prints of a stack, as JSON.

    `what` it is, and how it is given `otherwise`, stand in the messages.

    Raises:
        CommandError: the CLI is not installed, or it failed: no such stack, not logged in.
    """
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the CLI gets the name as one argument)
            ["pulumi", *command, "--json", "--non-interactive", "--stack", stack],  # noqa: S607
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        raise CommandError(
            "The Pulumi CLI is not installed (https://www.pulumi.com/docs/iac/download-install/). "
            f"Without it, give {what} as a file: {otherwise}"
        ) from None
    if done.returncode:
        said = done.stderr.strip() or f"exit status {done.returncode}"
        raise CommandError(f"pulumi could not give {what} of stack {stack}: {said}")
    return done.stdout
