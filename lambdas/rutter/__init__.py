"""Connecting stores to Rutter: a module for each idea."""
