"""A user's training, run again with something changed."""


class CannotBeMade(Exception):
    """A change that the user's own code would have to make."""
