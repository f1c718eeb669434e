"""The operators' commands. They work from a stack's outputs, without Pulumi's SDK."""
