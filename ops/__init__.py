"""The operators' commands. They need a stack's outputs, and not Pulumi's SDK."""
