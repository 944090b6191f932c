"""Questionnaires filled in: response sheets that several people write at once, surveys of a group, and their results.

A *definition* (courses) says what is asked; a *response sheet* is one filled-in copy; a *survey* asks a group to fill in one each.
"""
