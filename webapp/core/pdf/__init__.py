"""Printing: the shipped typefaces, shaped text, and a tagged PDF canvas that embeds only the glyphs it draws.

Certificates draw on the canvas themselves; documents of flowing text are written by `webapp.core.documents`.
"""
