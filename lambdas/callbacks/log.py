"""The functions' log: JSON lines, which name the organization and the store once they are known."""

import traceback

from aws_lambda_powertools import Logger

logger = Logger()


def place_of(defect: BaseException) -> str:
    """A defect's type and place, without its text: that may quote a token or a payload."""
    frames = traceback.extract_tb(defect.__traceback__)
    places = ", ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    return f"{type(defect).__name__} in {places}"
