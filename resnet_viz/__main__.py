"""``python -m resnet_viz``: the app's experiments without a browser."""

from resnet_viz.cli import main

if __name__ == "__main__":
    main()
