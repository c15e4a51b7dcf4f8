"""What a command prints, and the part of it that a page shows.

A `console` block below `<!-- output: NPV | left out -->` holds one command and the paragraphs of its output that begin
with these words (`all`: every paragraph); what lies between them is shown as `…`. The lines about the run at the end,
which name versions and seconds, are never shown.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

TIME_LIMIT: Final = 300  # seconds for one command
ABOUT_THE_RUN: Final = re.compile(r".* [0-9a-f]{16}[,; ]|.* [0-9a-f]{16}$|seed \d+;")
LEFT_OUT: Final = "…"


def run_command(command: str, folder: Path, expected: int) -> str:
    """Run one shell line in `folder`, require its exit code, and return what it printed: results, or errors."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    shown = f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert done.returncode == expected, f"`{command}` ended with {done.returncode}, not {expected}\n{shown}"
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr


def paragraphs(printed: str) -> list[list[str]]:
    """The paragraphs of an output, without spaces at the ends of lines and without the lines about the run
    at its end.

    >>> paragraphs("NPV   3  \\n \\nleft out\\nscenario a 5cf71440f7fb6fb9, seed 7, roadfolio 0.1.0,\\n3.11.7\\n")
    [['NPV   3'], ['left out']]
    """
    found: list[list[str]] = [[]]
    about = False
    for line in printed.splitlines():
        about = bool(line.strip()) and (about or ABOUT_THE_RUN.match(line) is not None)
        if not line.strip():
            found.append([])
        elif not about:
            found[-1].append(line.rstrip())
    return [lines for lines in found if lines]


def chosen(printed: str, wanted: str) -> str:
    """The paragraphs that begin with one of the words of `wanted`, in their order. Raises ValueError for words with
    which none begins.

    >>> chosen("NPV 3\\n\\nload 1\\n\\nleft out\\nkiosk\\n", "NPV | left out")
    'NPV 3\\n\\n…\\n\\nleft out\\nkiosk\\n'
    """
    whole = paragraphs(printed)
    words = [word.strip() for word in wanted.split("|")]
    if words == ["all"]:
        return "\n\n".join("\n".join(lines) for lines in whole) + "\n"
    heads = [next((word for word in words if " ".join(lines[0].split()).startswith(word)), "") for lines in whole]
    if missing := [word for word in words if word not in heads]:
        raise ValueError(f"no paragraph of the output begins with {missing}")
    shown, last = [], -1
    for number, (head, lines) in enumerate(zip(heads, whole, strict=True)):
        if head:
            shown += [LEFT_OUT] if last >= 0 and number > last + 1 else []
            shown.append("\n".join(lines))
            last = number
    return "\n\n".join(shown) + "\n"


def output_of(text: str) -> str:
    """The output that a block shows below its command.

    >>> output_of("$ roadfolio gaps a.yaml \\\\\\n    --seed 7\\ngoal\\n")
    'goal\\n'
    """
    return text[len(command_part(text)) :]


def command_part(text: str) -> str:
    """The command of a block, with its continued lines."""
    lines = text.splitlines(keepends=True)
    end = next(number for number, line in enumerate(lines) if not line.rstrip().endswith("\\"))
    return "".join(lines[: end + 1])
