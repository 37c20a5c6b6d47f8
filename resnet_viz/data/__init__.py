"""Data sets: what there is, where it comes from, and batches of it on a device.

Importing this package, `catalogue` or `sources` costs nothing; torch is imported by
`load` and `batches`, torchvision only when a set is read that is not bundled.
"""
