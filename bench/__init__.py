"""What the functions cost to run: measured CPU time, and the bill that follows from it."""
