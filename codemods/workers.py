"""Work that falls apart into items: done here, by processes of our own, or by an executor that is supplied.

What is done to an item depends on nothing but the item and what all of them share, so the results are the
same whoever does it, and they come in the order of the items. A worker that dies costs the item it was at:
that one is ``Died``, the others are done nevertheless.
"""

from __future__ import annotations

import functools
import pickle
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from codemods import process
from codemods.data import MigrationError
from codemods.depth import deep
from codemods.traced import Trace

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

_Shared = TypeVar("_Shared")
_Item = TypeVar("_Item")
_Done = TypeVar("_Done")
_Function = Callable[[_Shared, _Item], _Done]
_Work = tuple[_Function[Any, Any, Any], Any, Trace]
_Part = tuple[list[Any], Trace]
"""What becomes of some items, and what was taken for them."""

FEW = 20
"""Items that are not worth a process of their own, where one of them takes a tenth of a second."""
_LOST = object()
_PARTS = 8  # for each worker, so that none waits long for the last one


@dataclass(frozen=True, slots=True)
class Died:
    """What becomes of an item whose worker ended while it was at it."""


class _Raised:
    """What a function raised, as a value: whatever else a future raises is its executor's."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __reduce__(self) -> tuple[object, ...]:
        # By itself an exception is made again by its ``__init__``, which may ask for something else.
        return _raised_again, (type(self.error), self.error.args, self.error.__dict__)


def _raised_again(kind: type[Exception], arguments: tuple[object, ...], state: dict[str, object]) -> _Raised:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return _Raised(error)


class Workers:
    """Up to ``jobs`` processes of our own, or the workers of ``executor``, which are about as many.

    Any ``concurrent.futures.Executor`` will do whose workers have classmod installed, for what they are given
    is pickled; it is not shut down. Without one, few items are done in this process.
    """

    def __init__(self, jobs: int = 1, executor: Executor | None = None, trace: Trace | None = None) -> None:
        """``trace`` is that of the snapshot they see, where what they take of it is noted."""
        self.jobs = jobs
        self.executor = executor
        self.trace = trace or Trace()

    def noting(self, trace: Trace) -> Workers:
        """The same workers, with what they take from a snapshot noted in this trace."""
        return Workers(self.jobs, self.executor, trace)

    @deep()
    def each(
        self,
        function: _Function[_Shared, _Item, _Done],
        shared: _Shared,
        items: Sequence[_Item],
        few: int = FEW,
    ) -> list[_Done | Died]:
        """What ``function``, one of a module, makes of every item; ``few`` are not worth a process.

        Raises what it raises, for the first item that it does so for.
        """
        jobs = min(self.jobs, len(items) // few)
        work = function, shared, self.trace
        if self.executor is not None:
            found = _supplied(self.executor, self.jobs, work, items)
        elif jobs > 1:
            with process.copies(jobs, _begin, work) as pool:
                found = _in_parts(lambda part: pool.submit(_go_on, part), jobs, items, _broken(), self.trace)
        else:
            return [function(shared, item) for item in items]
        rest = _one_after_another(work, [i for i, f in zip(items, found, strict=True) if f is _LOST])
        done = [next(rest) if each is _LOST else each for each in found]
        for each in done:
            if isinstance(each, _Raised):
                raise each.error
        return done

    def whole(
        self,
        function: _Function[_Shared, _Item, _Done],
        shared: _Shared,
        items: Sequence[_Item],
        path: Callable[[_Item], PurePosixPath],
        few: int = FEW,
    ) -> list[_Done]:
        """The same where none can be done without. MigrationError has the ``path`` of one that is lost."""
        found = self.each(function, shared, items, few)
        lost = next((item for item, each in zip(items, found, strict=True) if isinstance(each, Died)), None)
        if lost is not None:
            raise MigrationError(f"{path(lost)}: worker-died: the process that was at it has ended")
        return [each for each in found if not isinstance(each, Died)]


def _supplied(executor: Executor, jobs: int, work: _Work, items: Sequence[Any]) -> list[Any]:
    """The outcomes by an executor, which is given several items at a time with all that they need."""
    function, shared, trace = work
    sent = pickle.dumps((function, shared), pickle.HIGHEST_PROTOCOL)
    # What the function raises comes as a value: whatever a future raises, a worker of its is gone.
    return _in_parts(lambda part: executor.submit(_remote, sent, part), jobs, items, Exception, trace)


def _in_parts(
    submit: Callable[[Sequence[Any]], Future[_Part]],
    jobs: int,
    items: Sequence[Any],
    gone: type[Exception],
    trace: Trace,
) -> list[Any]:
    """The outcomes where several items at a time are given away; ``gone`` is raised where they are lost."""
    size = -(-len(items) // (jobs * _PARTS)) or 1
    parts = [items[at : at + size] for at in range(0, len(items), size)]
    found = [_outcome(each, gone, trace) for each in [submit(part) for part in parts]]
    return [
        one
        for part, done in zip(parts, found, strict=True)
        for one in ([_LOST] * len(part) if done is _LOST else done)
    ]


def _one_after_another(work: _Work, items: Sequence[Any]) -> Iterator[Any]:
    """The outcomes by one process at a time, so that one that dies tells the item."""
    while items:
        with process.copies(1, _begin, work) as pool:
            futures = [pool.submit(_go_on, [item]) for item in items]
            outcomes = [_outcome(each, _broken(), work[-1]) for each in futures]
        found = [each if each is _LOST else each[0] for each in outcomes]
        done = next((at for at, each in enumerate(found) if each is _LOST), len(items))
        yield from found[:done]
        if done < len(items):
            yield Died()
        items = items[done + 1 :]


def _broken() -> type[Exception]:
    """What a pool raises of which a process has ended."""
    from concurrent.futures import BrokenExecutor  # most runs are without

    return BrokenExecutor


def _outcome(future: Future[_Part], gone: type[Exception], trace: Trace) -> Any:
    """What a worker has answered, or _LOST; what it has taken is added to the trace."""
    try:
        done, taken = future.result()
    except gone:
        return _LOST
    trace.add(taken)
    return done


# --- in a worker ----------------------------------------------------------------------------------

_WORK: _Work


def _begin(work: _Work) -> None:
    global _WORK
    _WORK = work


def _go_on(items: Sequence[Any]) -> _Part:
    function, shared, trace = _WORK
    trace.clear()  # it is a copy: what is noted there is known but for what comes now
    return [_carried_out(function, shared, item) for item in items], trace


def _remote(work: bytes, items: Sequence[Any]) -> _Part:
    function, shared = _unpacked(work)
    taken = Trace()
    taken.lost = True  # several items at a time may note what they take in one place
    return [_carried_out(function, shared, item) for item in items], taken


@deep()
def _carried_out(function: _Function[Any, Any, Any], shared: Any, item: Any) -> Any:
    try:
        return function(shared, item)
    except Exception as error:
        # Of a bug it is to be known where it is.
        error.add_note(traceback.format_exc())
        return _Raised(error)


@functools.lru_cache(maxsize=1)
@deep()
def _unpacked(work: bytes) -> tuple[_Function[Any, Any, Any], Any]:
    found: tuple[_Function[Any, Any, Any], Any] = pickle.loads(work)
    return found
