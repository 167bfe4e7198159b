"""The pictures in docs/images: a project that has something to show, and a scene for each page."""
