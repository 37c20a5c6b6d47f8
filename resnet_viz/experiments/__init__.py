"""What can be asked for: presets, settings, links, sweeps, how long they take; and what was recorded."""
