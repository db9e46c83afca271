"""Where images and signatures come from: one protocol, and a module for each kind of source."""

from provider.source.source import MAX_SIGNATURES, Found, Source

__all__ = ["MAX_SIGNATURES", "Found", "Source"]
