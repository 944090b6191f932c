"""Pages made of many rooms: the home page, a person's own page, about this site."""
