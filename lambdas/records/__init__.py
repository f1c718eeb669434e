"""The records of apps and stores, and the rules by which verified claims change them."""
