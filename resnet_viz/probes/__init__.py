"""Measurements: network in, numbers out. Hooks are gone again when a measurement returns."""
