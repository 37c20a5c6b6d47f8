"""Questions about skip connections, each settled by a measurement of a minute at most.

A question is a module in ``questions`` (texts, charts, sentence; no torch), one of the same name in
``measures`` (what is measured; torch) and a line in `table`. Everything else is the same for all:
queue, progress, stop, history, page and command line.
"""
