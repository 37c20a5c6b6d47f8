"""Questions about one network and some images, answered with numbers."""
