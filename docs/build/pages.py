"""Runs the blocks of a page in their order, and writes anew the output that it shows."""

from __future__ import annotations

import contextlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any, Final

from docs.build.blocks import Block, blocks_of, commands_of
from docs.build.output import chosen, command_part, output_of, run_command

SHELLS: Final = ("sh", "console")
READ_ONLY: Final = ("text", "math", "mermaid")


def run_document(document: Path, folder: Path) -> int:
    """Run the blocks of a page in order and return how many there were; an error names file and line. The scenario
    files beside the page are in the folder."""
    return len(_run(document, folder, None))


def refreshed(document: Path, folder: Path) -> str:
    """The text of a page, with the output of its commands as they print now."""
    text = document.read_text(encoding="utf-8")
    made: dict[int, str] = {}
    blocks = _run(document, folder, made)
    lines = text.splitlines()
    for block in reversed(blocks):
        if block.line in made:
            old = block.text.splitlines()
            lines[block.line : block.line + len(old)] = made[block.line].splitlines()
    return "\n".join(lines) + "\n"


def _run(document: Path, folder: Path, made: dict[int, str] | None) -> list[Block]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    blocks = [block for block in blocks_of(document.read_text(encoding="utf-8")) if "not run" not in block.directives]
    for beside in sorted(document.parent.glob("*.yaml")) if document.parent != folder else ():
        shutil.copy(beside, folder)
    with contextlib.chdir(folder):
        for block in blocks:
            try:
                run_block(block, document.name, folder, namespace, made)
            except (Exception, SystemExit) as error:
                raise AssertionError(f"{document.name}, block at line {block.line}: {error!r}") from error
    return blocks


def run_block(
    block: Block, name: str, folder: Path, namespace: dict[str, Any], made: dict[int, str] | None = None
) -> None:
    """Do with one block what its language and directives ask; raises whatever goes wrong. made: takes the block, by its
    line, with its output as it is now, which then need not be what the page shows."""
    expected = int(block.directives.get("exit", "0"))
    wanted = block.directives.get("output")
    if "file" in block.directives:
        (folder / block.directives["file"]).write_text(block.text, encoding="utf-8")
    if "add" in block.directives:
        with (folder / block.directives["add"]).open("a", encoding="utf-8") as file:
            file.write("\n" + block.text)
    if block.language in SHELLS:
        commands = commands_of(block.text)
        if wanted is not None and len(commands) != 1:
            raise ValueError("a block with output holds one command")
        for command in commands:
            printed = run_command(command, folder, expected)
            if wanted is not None:
                _compare(block, chosen(printed, wanted), made)
    elif "exit" in block.directives or wanted is not None:
        raise ValueError(f"a block of {block.language} has no exit code and no output")
    elif block.language == "python":
        exec(compile("\n" * block.line + block.text, name, "exec"), namespace)
    elif block.language == "yaml":
        _parse_yaml(block.text)
    elif block.language == "json":
        json.loads(block.text, parse_constant=_refuse_constant)
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language not in READ_ONLY:
        raise ValueError(f"'{block.language}' is no language that is known here; name one after the fence")


def _compare(block: Block, printed: str, made: dict[int, str] | None) -> None:
    shown = output_of(block.text)
    if made is not None:
        made[block.line] = command_part(block.text) + printed
    elif shown != printed:
        raise ValueError(f"the page shows\n{shown}\nand the command prints\n{printed}\nrun `make docs`")


def _parse_yaml(text: str) -> None:
    from ruamel.yaml import YAML

    list(YAML(typ="safe").load_all(text))


def _refuse_constant(name: str) -> None:
    """JSON has no NaN and no Infinity."""
    raise ValueError(f"{name} is not JSON")
