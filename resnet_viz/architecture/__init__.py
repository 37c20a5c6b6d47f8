"""What a network is, operation by operation, and how that is drawn; nothing here imports torch."""
