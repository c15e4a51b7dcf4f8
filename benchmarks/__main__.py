"""Run every registered benchmark: `python -m benchmarks [options of pytest]`."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    here = Path(__file__).parent
    sys.exit(pytest.main([str(here), "-o", "python_files=bench_*.py", "--benchmark-only", "-q", *sys.argv[1:]]))
