"""One module a question: what is asked, what is drawn of the result, and what it allows one to say."""
