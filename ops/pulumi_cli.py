"""Run the Pulumi CLI."""

import subprocess

from ops.errors import CommandError


def ask_pulumi(stack: str | None, *command: str, what: str, otherwise: str = "") -> str:
    """Return the JSON that a command of the CLI prints about a stack, or about the selected one.

    If the CLI fails, CommandError names `what` was requested and how to pass it `otherwise`.
    """
    of_stack = () if stack is None else ("--stack", stack)
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the CLI gets the name as one argument)
            ["pulumi", *command, "--json", "--non-interactive", *of_stack],  # noqa: S607
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        raise CommandError(
            "The Pulumi CLI is not installed (https://www.pulumi.com/docs/iac/download-install/)."
            + (f" Without it, pass {what} as a file: {otherwise}" if otherwise else "")
        ) from None
    if done.returncode:
        reason = done.stderr.strip() or f"exit status {done.returncode}"
        which = "the selected stack" if stack is None else f"stack {stack}"
        raise CommandError(f"Could not read {what} of {which}: {reason}")
    return done.stdout
