"""Where a network looks, and how far that can be believed: network and images in, numbers out.

The only user of captum, which is imported on the first map and not before:
it brings matplotlib. `methods` needs neither torch nor captum.
"""
