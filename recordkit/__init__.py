"""Records of a social work station: typed once, printed right, kept safe."""

__version__ = "0.1.0"
