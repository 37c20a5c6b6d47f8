"""Answers whose import never ends, as on a disk that hangs."""

import threading

threading.Event().wait()
