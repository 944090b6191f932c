"""County trainings: one cycle for one place, from the first contact to what is left after six months.

A training has trainers, participants, half-day sessions with an agenda, attendance in minutes, a test before and after
(the two parallel forms of a course), surveys, a log and files. `services*` write, `queries*` read, `rules*` decide.
"""
