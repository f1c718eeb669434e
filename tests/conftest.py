"""What every test of this repository runs under."""

from hypothesis import settings

# Examples are the same in every run, and none of them is judged by how long it took.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
