"""``python -m resnet_viz.processes``: see `program`."""

from resnet_viz.processes.program import main

if __name__ == "__main__":
    main()
