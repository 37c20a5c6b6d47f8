"""Images from outside: judged by their bytes, decoded in a process of their own, prepared for a network.

`safely` is the way in for a server, `decode` for a process that may go down. What runs inside the
decoder process (`decode_child`, and `pixels`, `colours`, `fitting`, `refusals` below it) imports the
standard library and Pillow only, so that it starts in a blink.
"""
