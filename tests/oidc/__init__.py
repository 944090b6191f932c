"""A real OpenID provider for the tests of single sign-on."""
