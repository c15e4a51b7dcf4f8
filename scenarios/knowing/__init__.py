"""What knowledge of drivers is worth: perfect, of some of them, and of a study; functions of arrays, and the report."""
