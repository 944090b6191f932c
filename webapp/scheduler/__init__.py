"""The clockwork: one list of jobs and their times, run by exactly one leader however many processes wait to be it."""
