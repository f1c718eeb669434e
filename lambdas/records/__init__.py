"""What is kept of apps and of installed stores, and the rules that read claims to change it."""
