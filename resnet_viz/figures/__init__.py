"""From run histories to charts, in two steps: data → a small Info → a chart. No torch, no pages."""
