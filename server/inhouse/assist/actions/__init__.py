"""Use cases on a piece of code: what is offered for it, and doing it."""
