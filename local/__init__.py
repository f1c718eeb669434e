"""Runs the program on this machine: an embedded AWS, a simulated BigCommerce and Rutter."""
