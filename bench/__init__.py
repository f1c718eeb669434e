"""The cost of running the functions: measured CPU time, and the bill that follows from it."""
