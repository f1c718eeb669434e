"""The bootstrap program: CI's roles, and optionally a bucket for the stacks' state."""
