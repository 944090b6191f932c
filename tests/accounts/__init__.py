"""The room of people and sign-ins."""
