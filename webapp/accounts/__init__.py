"""People, their organisations and sign-ins, and roles that hold for a place and the tree below it.

A *person* is someone the programme knows; a *sign-in* is a separate, optional row.
"""
