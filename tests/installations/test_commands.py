"""The commands that read, verify, delete and take over single stores, with operator's rights."""
