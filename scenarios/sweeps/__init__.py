"""Parts of a sweep: the design and its points, the work of a point, executors, and the results on the disk."""
