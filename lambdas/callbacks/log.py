"""The functions' log: JSON lines, which name the organization and the store once they are known."""

from aws_lambda_powertools import Logger

logger = Logger()
