"""The registration sheet: its steps, and its formats."""
