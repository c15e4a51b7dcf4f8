"""One scalar formula, three ways to call it: with numbers, with arrays, and compiled.

A mechanism is written once as a plain function of numbers. `@elementwise(...)` turns it into an `Elementwise`:

- called with Python numbers it checks them and returns a float;
- called with arrays it checks and broadcasts them and returns an array of the broadcast shape;
- `.scalar` is the raw function, without checks. Loops that have validated their inputs call it, and a compiler gets it.

A formula may use other formulas through plain functions of its module (`_erlang_b = erlang_b.scalar`). A compiler
such as `numba.njit` cannot see through a plain function that is a global, so `compile_scalar(formula, jit)` compiles
those first and rebuilds the formula around them. A formula without such globals may go to the compiler directly.

Raw functions must not raise for any argument inside their stated ranges: Python raises where compiled code returns
infinity (`math.exp(1000)`, `1 / 0.0`, `1e200 ** 2`), so these cases are branches of the formula.
"""

from __future__ import annotations

import functools
import inspect
import math
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, overload

import numpy as np
from numpy.typing import NDArray

Parameters = ParamSpec("Parameters")
Numbers = float | NDArray[Any]
Jit = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Range:
    """An interval of numbers; infinite ends are included unless open."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    whole: bool = False

    def accepts(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """True where a value lies in the range; never for NaN."""
        above = values > self.low if self.open_low else values >= self.low
        below = values < self.high if self.open_high else values <= self.high
        accepted = above & below
        return accepted & (values == np.floor(values)) if self.whole else accepted

    def holds(self, value: float) -> bool:
        """As `accepts`, for one number."""
        if not (value > self.low or (value == self.low and not self.open_low)):
            return False
        if not (value < self.high or (value == self.high and not self.open_high)):
            return False
        return not self.whole or (math.isfinite(value) and value == math.floor(value))

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} in {'(' if self.open_low else '['}{self.low:g}, {self.high:g}{')' if self.open_high else ']'}"


ANY = Range()
FINITE = Range(open_low=True, open_high=True)
SHARE = Range(0.0, 1.0)
NON_NEGATIVE = Range(0.0)
NON_NEGATIVE_FINITE = Range(0.0, open_high=True)
POSITIVE = Range(0.0, open_low=True)
POSITIVE_FINITE = Range(0.0, open_low=True, open_high=True)
COUNT = Range(0.0, open_high=True, whole=True)


class Elementwise(Generic[Parameters]):
    """A scalar formula that also takes arrays. See the module's text; made by `elementwise`."""

    __name__: str
    __wrapped__: Callable[..., float]

    def __init__(
        self, scalar: Callable[Parameters, float], ranges: dict[str, Range], ascending: tuple[str, ...] = ()
    ) -> None:
        functools.update_wrapper(self, scalar)
        self.scalar = scalar
        names = parameters_of(scalar)
        unknown = [name for name in (*ranges, *ascending) if name not in names]
        if unknown:
            raise TypeError(f"{scalar.__name__} has no parameter {unknown[0]!r}; it has {', '.join(names)}")
        self._ranges = tuple((name, ranges.get(name, ANY)) for name in names)
        self._ascending = tuple(names.index(name) for name in ascending)

    @overload
    def __call__(self, *args: float, **named: float) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, *args: Numbers, **named: Numbers) -> NDArray[np.float64]: ...
    def __call__(self, *args: Any, **named: Any) -> Any:
        if named or len(args) != len(self._ranges):
            args = self._signature.bind(*args, **named).args
        if all(isinstance(value, float | int) for value in args):
            return self._of_numbers(args)
        return self._of_arrays(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in args)))

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        """Looked at when it is needed: it takes longer than all else that an import does for a formula."""
        return inspect.signature(self.scalar)

    def _of_numbers(self, args: tuple[Any, ...]) -> float:
        for (name, allowed), value in zip(self._ranges, args, strict=True):
            if not allowed.holds(value):
                raise ValueError(f"{self.__name__}: {name} must be {allowed}, got {value!r}")
        for left, right in zip(self._ascending, self._ascending[1:], strict=False):
            if not args[left] < args[right]:
                raise ValueError(self._disorder(left, right, args[left], args[right]))
        return float(self.__wrapped__(*args))

    def _of_arrays(self, arrays: tuple[NDArray[np.float64], ...]) -> Any:
        for (name, allowed), values in zip(self._ranges, arrays, strict=True):
            refused = np.argwhere(~allowed.accepts(values))
            if len(refused):
                index = tuple(int(i) for i in refused[0])
                raise ValueError(f"{self.__name__}: {name} must be {allowed}, got {values[index]} at index {index}")
        for left, right in zip(self._ascending, self._ascending[1:], strict=False):
            refused = np.argwhere(~(arrays[left] < arrays[right]))
            if len(refused):
                index = tuple(int(i) for i in refused[0])
                raise ValueError(self._disorder(left, right, float(arrays[left][index]), float(arrays[right][index])))
        shape = arrays[0].shape
        columns = [values.ravel().tolist() for values in arrays]
        result = np.array([self.__wrapped__(*row) for row in zip(*columns, strict=True)], dtype=np.float64)
        return result.reshape(shape) if shape else float(result[0])

    def _disorder(self, left: int, right: int, low: float, high: float) -> str:
        names = parameters_of(self.scalar)
        return f"{self.__name__}: {names[left]} must be less than {names[right]}, got {low!r} and {high!r}"

    def __repr__(self) -> str:
        return f"<formula {self.__name__}{self._signature}>"


def parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the positional parameters.

    >>> parameters_of(lambda a, b: a + b)
    ('a', 'b')
    """
    code: types.CodeType = function.__code__
    return code.co_varnames[: code.co_argcount]


def elementwise(
    ascending: tuple[str, ...] = (), **ranges: Range
) -> Callable[[Callable[Parameters, float]], Elementwise[Parameters]]:
    """Decorate a scalar formula; each keyword states the range of the parameter of that name.

    Parameters without a range accept every number but NaN. `ascending` names parameters that must increase strictly.

    >>> @elementwise(x=Range(0.0, 10.0))
    ... def half(x: float) -> float:
    ...     return x / 2
    >>> half(3)
    1.5
    >>> half(np.array([[1.0], [2.0]])).shape
    (2, 1)
    >>> half(11)
    Traceback (most recent call last):
    ValueError: half: x must be a number in [0, 10], got 11
    """

    def decorate(scalar: Callable[Parameters, float]) -> Elementwise[Parameters]:
        return Elementwise(scalar, ranges, ascending)

    return decorate


def compile_scalar(formula: Elementwise[Any], jit: Jit) -> Callable[..., Any]:
    """Compile the raw function of `formula` and, first, every plain function that it uses.

    `jit` is any decorator that compiles a function, for instance `numba.njit` or a `functools.partial` of it. Each
    function is compiled once for a given `jit`, however many formulas share it.

    >>> @elementwise()
    ... def double(x: float) -> float:
    ...     return 2 * x
    >>> compile_scalar(double, lambda function: function)(3.0)
    6.0
    """
    return _compile(formula.scalar, jit)


def compile_plain(function: Callable[..., Any], jit: Jit) -> Callable[..., Any]:
    """The same for a plain function of numbers that uses formulas, such as one with several results."""
    return _compile(function, jit)


@functools.cache
def _compile(function: Callable[..., Any], jit: Jit) -> Callable[..., Any]:
    if not isinstance(function, types.FunctionType):
        return jit(function)
    used = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    compiled = {name: _compile(value, jit) for name, value in used.items() if isinstance(value, types.FunctionType)}
    if not compiled:
        return jit(function)
    rebuilt = types.FunctionType(
        function.__code__, {**function.__globals__, **compiled}, function.__name__, function.__defaults__
    )
    rebuilt.__module__ = function.__module__
    rebuilt.__qualname__ = function.__qualname__
    rebuilt.__doc__ = function.__doc__
    return jit(rebuilt)
