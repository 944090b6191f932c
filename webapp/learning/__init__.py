"""Learning: enrolment in a course, progress by step, and completion by the course's own rule."""
