"""The registration sheet on the terminal."""
