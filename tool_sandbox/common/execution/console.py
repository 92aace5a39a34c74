"""The Python console in which tool calls run: it captures what its own code prints, and it can be forked."""

from __future__ import annotations

import builtins
import code
import codeop
import copy
import io
import marshal
import pickle
import sys
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from attrs import frozen

from tool_sandbox.common.execution.capture import captured_output
from tool_sandbox.common.execution.exception_text import exception_text
from tool_sandbox.errors import ToolServerError
from tool_sandbox.interrupts import is_from_a_person


@frozen
class Execution:
    """What one piece of code did."""

    output: str
    """Everything written to stdout."""
    exception: str | None = None
    """The exception as a model is told of it, ``None`` when the code ran through."""


class Console(code.InteractiveConsole):
    """A persistent namespace for tool calls.

    ``runcode``, ``runsource`` and ``locals`` are those of the standard library.
    """

    def execute(self, compiled: CodeType) -> Execution:
        """Run code in this namespace; whatever it prints or raises is returned.

        Only a person's Ctrl-C is passed on, and that a server of tools is gone, which no agent can mend.
        """
        with captured_output() as output:
            try:
                exec(compiled, self.locals)  # noqa: S102 -- running generated tool calls is this class's purpose
            except BaseException as error:  # whatever a tool raises is an answer, also an attempt to exit
                if is_from_a_person(error) or isinstance(error, ToolServerError):
                    raise
                return Execution(output.getvalue(), exception_text(error))
        return Execution(output.getvalue())

    def fork(self) -> Console:
        """An independent console: data is copied, modules and functions importable by name are shared."""
        forked = type(self)()
        memo: dict[int, Any] = {id(self.locals): forked.locals}
        for name, value in self.locals.items():
            forked.locals[name] = _copied(value, self.locals, forked.locals, memo)
        return forked

    def __deepcopy__(self, memo: dict[int, Any]) -> Console:
        return self.fork()

    def dumps(self) -> bytes:
        """The namespace as bytes; what cannot be pickled is left out."""
        kept: dict[str, bytes] = {}
        for name, value in self.locals.items():
            if name == "__builtins__":
                continue
            buffer = io.BytesIO()
            try:
                _Pickler(buffer, self.locals).dump(value)
            except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError):
                continue
            kept[name] = buffer.getvalue()
        return pickle.dumps(kept)

    @classmethod
    def loads(cls, data: bytes) -> Console:
        """The console that ``dumps`` described. Only for bytes of this very process's making: unpickling runs code."""
        console = cls()
        for name, value in pickle.loads(data).items():  # noqa: S301 -- documented above
            console.locals[name] = _Unpickler(io.BytesIO(value), console.locals).load()
        return console


_FLAGS = codeop.Compile().flags  # what compile_command compiles with


@lru_cache(maxsize=4096)
def compiled(source: str) -> CodeType | None:
    """The source as code; ``None`` if it is incomplete.

    Raises:
        SyntaxError, OverflowError, ValueError: The source cannot be compiled.
    """
    if "\\" not in source:  # which could earn a warning about an unknown escape; compile_command keeps it quiet
        try:
            body: CodeType = compile(source, "<input>", "exec", flags=_FLAGS, dont_inherit=True)
        except SyntaxError:
            pass
        else:
            return body
    # Tells wrong from unfinished code, at the price of compiling it up to three times.
    return code.compile_command(source, symbol="exec")


# -- copying and pickling a namespace --------------------------------------------------------------------------------

_SHARED = (str, bytes, int, float, complex, bool, type(None), ModuleType, BuiltinFunctionType, type)


def _copied(value: Any, old: Any, new: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, _SHARED) or value is vars(builtins):
        return value
    if isinstance(value, FunctionType):
        return _function(value.__code__, new, value) if value.__globals__ is old else value
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # noqa: BLE001 -- a value that refuses to be copied (a generator, a lock) is shared instead
        return value


def _function(body: CodeType, namespace: Any, like: FunctionType) -> FunctionType:
    made = FunctionType(body, namespace, like.__name__, like.__defaults__, like.__closure__)
    made.__kwdefaults__ = like.__kwdefaults__
    made.__dict__.update(like.__dict__)
    return made


class _Pickler(pickle.Pickler):
    """Pickles functions defined in the console by value, everything else as usual."""

    def __init__(self, buffer: io.BytesIO, namespace: Any) -> None:
        super().__init__(buffer)
        self._namespace = namespace

    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, ModuleType):
            return ("module", value.__name__)
        if isinstance(value, FunctionType) and value.__globals__ is self._namespace and value.__closure__ is None:
            return ("function", value.__name__, marshal.dumps(value.__code__), value.__defaults__)
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, namespace: Any) -> None:
        super().__init__(buffer)
        self._namespace = namespace

    def persistent_load(self, key: Any) -> Any:
        if key[0] == "module":
            return sys.modules.get(key[1]) or __import__(key[1], fromlist=["*"])
        _, name, body, defaults = key
        return FunctionType(marshal.loads(body), self._namespace, name, defaults)  # noqa: S302 -- see Console.loads
