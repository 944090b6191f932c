"""Charts drawn on the server: `shapes` says what is drawn, `onpage` gives HTML, `printed` a drawing for documents.

Each holds its numbers as text, differs by shape, word or place and never by colour alone, and takes its colours from classes.
"""
