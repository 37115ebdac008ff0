"""Peers that judge our documents: veraPDF, LibreOffice, poppler and a page lint.

They are tools other people wrote, or eyes of our own that know nothing of
recordkit, so that a test never asks recordkit whether recordkit is right.
"""
