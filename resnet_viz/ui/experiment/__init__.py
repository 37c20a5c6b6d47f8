"""What the pages of all kinds of experiment have in common."""
