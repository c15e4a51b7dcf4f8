"""Every fenced block of code in README.md and docs/ works as it stands.

The blocks of one file run in their order, in one empty folder and one Python namespace:

- `python` is executed;
- `sh` and `console` run their `roadfolio` lines with the program of this environment, `make` lines are left out.
  Where a block has lines that begin with `$ `, only those are commands and the rest is output;
- `yaml`, `json` and `toml` must parse; `text`, `math` and `mermaid` are for reading.

A comment on the line before a block changes that: `<!-- exit: 2 -->` expects that exit code of its commands,
`<!-- file: shop.yaml -->` also saves the block under that name, `<!-- not run: reason -->` leaves the block out.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 300  # seconds for one command
DIRECTIVE = re.compile(r"<!--\s*(exit|file|not run):\s*(.+?)\s*-->\s*$")
FENCE = re.compile(r"(\s*)(`{3,}|~{3,})\s*(\S*)")
SHELLS = ("sh", "console")
READ_ONLY = ("text", "math", "mermaid")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line of its fence and the directives before it."""

    language: str
    text: str
    line: int
    directives: dict[str, str] = field(default_factory=dict)


def blocks_of(markdown: str) -> list[Block]:
    """The fenced blocks of a text. Raises ValueError for an open fence and for a directive without a block."""
    blocks: list[Block] = []
    directives: dict[str, str] = {}
    lines = enumerate(markdown.splitlines(), start=1)
    for number, line in lines:
        if directive := DIRECTIVE.match(line.strip()):
            directives[directive[1]] = directive[2]
        elif fence := FENCE.match(line):
            body: list[str] = []
            for _, inner in lines:
                if re.fullmatch(rf"\s*{fence[2][0]}{{{len(fence[2])},}}\s*", inner):
                    break
                body.append(inner)
            else:
                raise ValueError(f"line {number}: the block is never closed")
            blocks.append(Block(fence[3].lower(), textwrap.dedent("\n".join(body)) + "\n", number, directives))
            directives = {}
        elif line.strip() and directives:
            raise ValueError(f"line {number}: {sorted(directives)} is not followed by a block")
    if directives:
        raise ValueError(f"{sorted(directives)} at the end is not followed by a block")
    return blocks


def commands_of(text: str) -> list[str]:
    """The commands of a shell block to run. Raises ValueError for one that is neither `roadfolio` nor `make`."""
    lines = text.replace("\\\n", " ").splitlines()
    prompted = [line[2:] for line in lines if line.startswith("$ ")]
    commands = [line.strip() for line in prompted or lines if line.strip() and not line.strip().startswith("#")]
    for command in commands:
        if command.split()[0] not in ("roadfolio", "make"):
            raise ValueError(f"`{command}` is not run; mark its block with <!-- not run: reason -->")
    return [command for command in commands if command.split()[0] == "roadfolio"]


def run_command(command: str, folder: Path, expected: int) -> None:
    """Run one shell line in `folder` and require its exit code."""
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


def refuse_constant(name: str) -> None:
    """JSON has no NaN and no Infinity."""
    raise ValueError(f"{name} is not JSON")


def run_block(block: Block, name: str, folder: Path, namespace: dict[str, Any]) -> None:
    """Do with one block what its language and directives ask; raises whatever goes wrong."""
    expected = int(block.directives.get("exit", "0"))
    if "file" in block.directives:
        (folder / block.directives["file"]).write_text(block.text, encoding="utf-8")
    if block.language in SHELLS:
        for command in commands_of(block.text):
            run_command(command, folder, expected)
    elif "exit" in block.directives:
        raise ValueError(f"a block of {block.language} has no exit code")
    elif block.language == "python":
        exec(compile("\n" * block.line + block.text, name, "exec"), namespace)
    elif block.language == "yaml":
        list(YAML(typ="safe").load_all(block.text))
    elif block.language == "json":
        json.loads(block.text, parse_constant=refuse_constant)
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language not in READ_ONLY:
        raise ValueError(f"'{block.language}' is no language that is known here; name one after the fence")


def run_document(document: Path, folder: Path) -> int:
    """Run the blocks of a Markdown file in order and return how many there were; an error names file and line."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    blocks = [block for block in blocks_of(document.read_text(encoding="utf-8")) if "not run" not in block.directives]
    with contextlib.chdir(folder):
        for block in blocks:
            try:
                run_block(block, document.name, folder, namespace)
            except (Exception, SystemExit) as error:
                raise AssertionError(f"{document.name}, block at line {block.line}: {error!r}") from error
    return len(blocks)


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_blocks_of_document(document: Path, tmp_path: Path) -> None:
    """All blocks of one document work, one after the other."""
    if not document.exists():
        pytest.skip(f"{document.name} is not there")
    run_document(document, tmp_path)


LEFT_OUT = [
    pytest.param(block.directives["not run"], id=f"{document.relative_to(ROOT).as_posix()}:{block.line}")
    for document in DOCUMENTS
    if document.exists()
    for block in blocks_of(document.read_text(encoding="utf-8"))
    if "not run" in block.directives
]


@pytest.mark.skipif(not LEFT_OUT, reason="every block is run")
@pytest.mark.parametrize("reason", LEFT_OUT)
def test_block_left_out(reason: str) -> None:
    """Each block that is not run is counted as skipped, with its reason."""
    pytest.skip(reason)


def test_good_document_passes(tmp_path: Path) -> None:
    """Names live on between blocks, saved files are found, expected exit codes hold, `make` and output are left out."""
    text = """
    <!-- file: data.json -->
    ```json
    {"a": 3}
    ```
    ```python
    import json
    from pathlib import Path
    a = json.loads(Path("data.json").read_text())["a"]
    ```
    ~~~python
    assert a == 3
    ~~~
    ```yaml
    a: 3
    ```
    ```sh
    # comment
    make demo
    ```
    <!-- exit: 2 -->
    ```console
    $ roadfolio no-such-command
    output that is not a command
    ```
    <!-- not run: shows another program -->
    ```sh
    git clone somewhere
    ```
    """
    document = tmp_path / "good.md"
    document.write_text(textwrap.dedent(text))
    assert run_document(document, tmp_path) == 6


@pytest.mark.parametrize(
    "text",
    [
        "```python\n1 / 0\n```\n",
        "```python\nraise SystemExit(0)\n```\n",
        "```python\nx = \n```\n",
        "```sh\nroadfolio no-such-command\n```\n",
        "```console\n$ roadfolio no-such-command | cat\n```\n",
        "<!-- exit: 2 -->\n```sh\nroadfolio --help\n```\n",
        "```sh\nrm nothing\n```\n",
        "```yaml\na: [1\n```\n",
        '```json\n{"a": NaN}\n```\n',
        "```toml\na = \n```\n",
        "```\nno language\n```\n",
        "```pyhton\n1\n```\n",
    ],
)
def test_bad_block_fails(text: str, tmp_path: Path) -> None:
    """Each kind of bad block is reported with its file and line."""
    document = tmp_path / "bad.md"
    document.write_text("# title\n\n" + text)
    with pytest.raises(AssertionError, match=r"bad\.md, block at line [34]:"):
        run_document(document, tmp_path)


@pytest.mark.parametrize("text", ["```python\n1\n", "<!-- exit: 2 -->\nwords\n", "<!-- not run: because -->\n"])
def test_bad_markdown_fails(text: str) -> None:
    """An open fence and a directive without a block are errors, not blocks that silently do not exist."""
    with pytest.raises(ValueError, match=r"closed|followed"):
        blocks_of(text)
