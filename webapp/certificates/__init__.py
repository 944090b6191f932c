"""Certificates: the award of a completed course or pathway, its print and its public verification.

Words: a *certificate* is the award; its *code* is what a person types to verify it.
"""
