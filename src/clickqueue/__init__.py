"""A click queue for embeddable widgets: Python that is tested here and shipped as one small ES module."""
