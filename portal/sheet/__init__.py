"""The way to a registered app: its steps, what is next, and the documents that say so."""
