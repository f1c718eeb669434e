"""Telling other consumers what happens to stores: a module for each idea."""
