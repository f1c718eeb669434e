"""`python -m bench`: every measurement, in turn."""

from rich.console import Console

from bench import apps

if __name__ == "__main__":
    apps.measure(Console(highlight=False))
