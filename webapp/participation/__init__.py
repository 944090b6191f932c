"""Participation events: what happened to a person, with the dimensions of that moment; append-only.

This room is the one place that writes them; statistics read them.
"""
