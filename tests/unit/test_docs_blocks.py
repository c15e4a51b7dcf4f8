"""Every fenced block of code in README.md and docs/ works as it stands.

The blocks of one file run in their order, in one empty folder and one Python namespace:

- `python` is executed;
- `sh` and `console` run their `roadfolio` lines with the program of this environment, `make` lines are left out.
  Where a block has lines that begin with `$ `, only those are commands and the rest is output;
- `yaml`, `json` and `toml` must parse; `text`, `math` and `mermaid` are for reading.

A comment on the line before a block changes that: `<!-- exit: 2 -->` expects that exit code of its commands,
`<!-- file: shop.yaml -->` also saves the block under that name, `<!-- add: shop.yaml -->` adds it to that file,
`<!-- output: NPV | left out -->` compares what the block shows with these paragraphs of what its command prints (`all`
of them), `<!-- not run: reason -->` leaves the block out. The scenario files beside a page are in the folder.
"""

import textwrap
from pathlib import Path

import pytest

from docs.build.blocks import blocks_of
from docs.build.pages import refreshed, run_document

ROOT = Path(__file__).resolve().parents[2]
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


SHOWN = """<!-- file: a.yaml -->
```yaml
version: 1
```
<!-- add: a.yaml -->
```yaml
name: 3
```
<!-- exit: 2 -->
<!-- output: a.yaml -->
```console
$ roadfolio check a.yaml
old output
```
"""


def test_shown_output_is_compared_and_refreshed(tmp_path: Path) -> None:
    """Output that is not what the command prints fails; the build writes it anew, and then it passes."""
    document = tmp_path / "page.md"
    document.write_text(SHOWN)
    with pytest.raises(AssertionError, match=r"page\.md, block at line 11: .*make docs"):
        run_document(document, tmp_path)
    text = refreshed(document, tmp_path)
    assert text.startswith(SHOWN.partition("old output")[0])
    assert "name" in text.partition("$ roadfolio")[2]
    document.write_text(text)
    assert run_document(document, tmp_path) == 3
