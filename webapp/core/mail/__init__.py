"""Mail: an outbox row in the same transaction as its cause; a job sends it and tries again."""
