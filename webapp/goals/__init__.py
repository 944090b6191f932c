"""The 17 Goals and their 169 targets, read once from `courses/reference/goals.json`.

Words: a *goal* is one of the 17, a *target* one of the 169; a *pillar* is one of the five Ps, a teaching
convention. Target labels are condensed for this programme and never to be quoted as official wording.
"""
