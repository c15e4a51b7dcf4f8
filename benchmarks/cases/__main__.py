"""`python -m benchmarks.cases`, see `benchmarks.cases.table`."""

import sys

from benchmarks.cases.table import main

sys.exit(main(sys.argv[1:]))
