"""The programme interface `/api/v1/`: the nouns of the rooms below, for programs that hold an access token."""
