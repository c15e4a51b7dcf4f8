"""Compiled functions run from the disk without the compiler.

Importing Numba and filling its tables takes longer than ten thousand paths. So the object code of the few functions
that Python calls most is kept beside Numba's own cache, and the linker of llvmlite alone loads it. Where that is not
possible (nothing on disk yet, another processor, an unknown symbol, another calling convention), Numba does the work.

Such a function takes 64-bit integers and contiguous arrays of numbers, fills arrays and returns nothing. It is called
as Numba compiled it: a pointer for the result, one for an exception, then the arguments, an array as seven words and
more: owner, parent, items, item size, data, lengths, strides. The compiled type is compared before anything is written.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.compiled import FOLDER

Call = Callable[..., None]
WORD = ctypes.c_int64
#: What Numba's code calls when the last reference to an array goes. Parts that were compiled with reference counts
#: before the whole was name it, and never call it: the arrays that we pass have no owner.
RELEASE = "NRT_MemInfo_call_dtor"
_RELEASED = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _owner: None)
_LOCK = threading.Lock()
_LINKED: dict[str, tuple[Any, Call]] = {}  # by file name: the engine that keeps the code, and the code
_REFUSED: set[Path] = set()  # files whose code only Numba can run: not tried again, since each trial compiles


@dataclass(frozen=True)
class Stored:
    """A function of a module, decorated with `sim.compiled.compiled`; its module is imported only to compile it."""

    module: str
    name: str

    def __call__(self, *args: Any) -> None:
        kinds = tuple(_kind(arg) for arg in args)
        code = _LINKED.get(self.file(kinds)) or self._linked(args, kinds)
        if code is None:
            self.compiled(*args)
            return
        words = [word for arg in args for word in _words(arg)]
        code[1](*words)

    @property
    def compiled(self) -> Any:
        """The function for Numba."""
        return getattr(importlib.import_module(self.module), self.name)

    def file(self, kinds: tuple[str, ...]) -> str:
        """Name of the file of the code for arguments of these kinds on this machine."""
        return _file(self.module, self.name, kinds)

    def _linked(self, args: tuple[Any, ...], kinds: tuple[str, ...]) -> tuple[Any, Call] | None:
        """The code, from the disk or compiled now; None when only Numba itself can run it."""
        file = self.file(kinds)
        with _LOCK:
            if file in _LINKED:
                return _LINKED[file]
            if FOLDER / file in _REFUSED:
                return None
            found = _read(FOLDER / file) or self._compile(FOLDER / file, args)
            code = None if found is None else _link(found, sum(len(_words(arg)) for arg in args))
            if code is None:
                _REFUSED.add(FOLDER / file)
            else:
                _LINKED[file] = code
            return code

    def _compile(self, place: Path, args: tuple[Any, ...]) -> Code | None:
        """Compile, and keep the object code if it can be called and linked without Numba; None if not."""
        import numba

        function, typeof = self.compiled.fresh, numba.typeof
        function.compile(tuple(typeof(arg) for arg in args))  # type: ignore[no-untyped-call]
        (result,) = function.overloads.values()
        library, name = result.library, result.fndesc.llvm_func_name
        try:
            final = library._final_module
            if not _as_expected(str(final.get_function(name).global_value_type), args):
                return None
            foreign = [f.name for f in final.functions if f.is_declaration and not f.name.startswith("llvm.")]
            code = Code(name, tuple(foreign), library._get_compiled_object())
        except (AttributeError, RuntimeError, ValueError):  # not the Numba that we know: it works as ever
            return None
        _write(place, code)
        return code


@dataclass(frozen=True)
class Code:
    """Object code of a function: its name there, symbols that it needs from the process, the code."""

    name: str
    foreign: tuple[str, ...]
    code: bytes

    @property
    def head(self) -> dict[str, Any]:
        """The first line of its file. A damaged file would end the process, so the line tells what must follow."""
        told = {"name": self.name, "foreign": list(self.foreign), "length": len(self.code)}
        digest = hashlib.sha256(json.dumps(told).encode() + b"\n" + self.code)
        return {**told, "sha256": digest.hexdigest()}


def _write(place: Path, code: Code) -> None:
    """Keep code for later processes; where nothing can be written, they compile anew."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(json.dumps(code.head).encode() + b"\n" + code.code)
        draft.replace(place)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _read(place: Path) -> Code | None:
    """Code from the disk; None where there is none, or a damaged file, which is removed."""
    try:
        line, _, code = place.read_bytes().partition(b"\n")
    except OSError:
        return None
    with suppress(ValueError, KeyError, TypeError):
        head = json.loads(line)
        found = Code(head["name"], tuple(head["foreign"]), code)
        if found.head == head:
            return found
    with suppress(OSError):
        place.unlink()
    return None


def _kind(arg: Any) -> str:
    """Short name of the type of an argument.

    >>> _kind(3), _kind(np.zeros((2, 3))), _kind(np.uint64(1))
    ('i', 'f2', 'u')
    """
    if isinstance(arg, np.ndarray):
        if not arg.flags.c_contiguous or arg.dtype.itemsize != 8:
            raise TypeError(f"a contiguous array of 64-bit numbers is wanted, got {arg.dtype} of shape {arg.shape}")
        return f"{arg.dtype.kind}{arg.ndim}"
    if isinstance(arg, bool) or not isinstance(arg, int | np.int64 | np.uint64):
        raise TypeError(f"a 64-bit integer or an array is wanted, got {arg!r}, a {type(arg).__name__}")
    return "u" if isinstance(arg, np.uint64) else "i"


def _words(arg: Any) -> tuple[int, ...]:
    """What the calling convention passes for an argument."""
    if isinstance(arg, np.ndarray):
        return (0, 0, arg.size, arg.itemsize, arg.ctypes.data, *arg.shape, *arg.strides)
    return (int(arg),)


def _as_expected(signature: str, args: tuple[Any, ...]) -> bool:
    """Whether a function of this LLVM type takes a place for its result, one for an exception, and our words.

    >>> _as_expected("i32 (ptr, ptr, i64)", (1,)), _as_expected("i32 (ptr, i64)", (1,))
    (True, False)
    """
    result, _, rest = signature.partition(" (")
    kinds = rest.rstrip(")").split(", ")
    words = sum(len(_words(arg)) for arg in args)
    one_word = all(kind == "i64" or kind.startswith("ptr") or kind.endswith("*") for kind in kinds)
    return result == "i32" and one_word and len(kinds) == 2 + words


@cache
def _file(module: str, name: str, kinds: tuple[str, ...]) -> str:
    return f"{module.rpartition('.')[2]}.{name}.{'-'.join(kinds)}.{Host.get().key}.o"


class Host:
    """The linker for this processor."""

    @staticmethod
    @cache
    def get() -> Host:
        """The one of this process."""
        return Host()

    @cached_property
    def llvm(self) -> Any:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        return llvm

    @cached_property
    def key(self) -> str:
        """Digest of the processor and of LLVM's version: code of another one is not looked at."""
        llvm = self.llvm
        features = llvm.get_host_cpu_features().flatten()
        told = (llvm.get_process_triple(), llvm.get_host_cpu_name(), features, llvm.llvm_version_info)
        setting = [os.environ.get(f"NUMBA_{name}", "") for name in ("CPU_NAME", "CPU_FEATURES", "OPT")]
        return hashlib.sha256(repr((told, setting)).encode()).hexdigest()[:12]


def _link(stored: Code, words: int) -> tuple[Any, Call] | None:
    """Load object code; None where a symbol that it needs is unknown in this process."""
    process, llvm = ctypes.CDLL(None), Host.get().llvm
    unknown = {name for name in stored.foreign if not hasattr(process, name)}
    if unknown - {RELEASE}:
        return None
    if unknown and llvm.address_of_symbol(RELEASE) is None:
        llvm.add_symbol(RELEASE, ctypes.cast(_RELEASED, ctypes.c_void_p).value)
    target = llvm.Target.from_triple(llvm.get_process_triple())
    machine = target.create_target_machine(codemodel="jitdefault", jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(stored.code))
    engine.finalize_object()
    address = engine.get_function_address(stored.name)
    pointer = ctypes.POINTER(ctypes.c_void_p)
    function = ctypes.CFUNCTYPE(ctypes.c_int32, pointer, pointer, *[WORD] * words)(address)

    def call(*args: int) -> None:
        result, exception = ctypes.c_void_p(), ctypes.c_void_p()
        if function(result, exception, *args) != 0:
            raise RuntimeError(f"{stored.name} raised an exception, which compiled code here never does")

    return engine, call
