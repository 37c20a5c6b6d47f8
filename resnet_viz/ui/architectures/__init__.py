"""The Architectures page: how networks are built, what that costs, and where they differ."""
