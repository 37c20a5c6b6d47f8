"""One module a question: what is measured. Imported only in the process that measures; all have torch."""
