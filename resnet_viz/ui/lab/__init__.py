"""The Lab page: questions, one sheet for all of them."""
