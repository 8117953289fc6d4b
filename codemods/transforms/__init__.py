"""The codemods, one a file. They never import each other."""
