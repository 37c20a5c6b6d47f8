"""Images from outside: judged by their bytes, decoded in a process of their own, prepared for a network.

`decoding` is the way in. What runs inside the child process (`decoder` and the
modules below it) imports the standard library and Pillow only, so that it
starts in a blink.
"""
