"""Quizzes: attempts and their grading. A *quiz* draws *questions* from *banks*; an *attempt* holds a *response* to each."""
