"""Learning: corpora, the project's own labelled articles, fitting, compiling and evaluating."""
