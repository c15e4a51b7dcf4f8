"""Names of the streams of adoption by seats, in the order of the rows of its keys (MARK, THRESHOLD ... of `seats`)."""

STREAMS = (
    "adoption_mark",
    "adoption_threshold",
    "adoption_joiner",
    "adoption_doubt",
    "adoption_fall",
    "adoption_second_threshold",
)
