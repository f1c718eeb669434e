"""Shared by all functions: AWS clients, HTTPS, environment, log, deadline, errors."""
