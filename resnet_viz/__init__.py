"""See with your own eyes and your own numbers why skip connections help."""

__version__ = "0.1.0"
