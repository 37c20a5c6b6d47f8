"""Pictures of pixels and maps: arrays in, PNG out. No torch, no pages."""
