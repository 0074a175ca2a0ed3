"""How is work shared, so that a worker that is killed costs only the item it had in hand?

One worker is this process; several are a Dask cluster: of processes that start here and end with the work, or one that
is there, by the address of its scheduler. Nothing of Dask is imported before it is asked for.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from threadpoolctl import threadpool_limits

from ebana_like.cluster.answers import Answer, answered
from ebana_like.errors import EbanaError, SettingError

Item = TypeVar("Item")
Result = TypeVar("Result")


def _unsaid(text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Cluster:
    """Where work is done.

    workers: processes of this machine, one thread each; with 1 it is done in this process. address: of a Dask
    scheduler, as in tcp://node7:8786, in place of them. tell: told in a line what a person should know of the cluster.
    Raises SettingError where both are given.
    """

    workers: int = 1
    address: str = ""
    tell: Callable[[str], None] = field(default=_unsaid, compare=False)

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise SettingError(f"workers is {self.workers}; give at least 1")
        if self.address and self.workers > 1:
            raise SettingError(
                f"workers is {self.workers} and cluster is {self.address}; a cluster has its own workers, so give one "
                "of the two"
            )

    @property
    def is_here(self) -> bool:
        """Whether all work is done in this process."""
        return not self.address and self.workers == 1

    def __str__(self) -> str:
        if self.address:
            return f"on the cluster at {self.address}"
        return "in this process" if self.is_here else f"in {self.workers} processes"


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """What came of an item.

    number: where it stood among the items. result: None where there is none. error: why there is none. lost: whether
    that is because its workers died, which may not happen again.
    """

    number: int
    item: Item
    result: Result | None
    error: Exception | None = None
    lost: bool = False

    @property
    def reason(self) -> str:
        """Why there is no result, in words; empty where there is one."""
        if self.error is None or isinstance(self.error, EbanaError):
            return str(self.error or "")
        return f"{type(self.error).__name__}: {self.error}"


def share(
    work: Callable[..., Result], items: Iterable[Item], on: Cluster, *given: Any, at_once: bool = True
) -> Generator[Outcome[Item, Result], None, None]:
    """Call `work(*given, item)` with every item; yield what came of each as soon as it is known.

    given: what all calls have in common; each worker gets it once. at_once: whether all items are sent at once, or each
    is asked for when a worker is free for it, so that it may depend on what came of others.
    An exception fails its item only. An item whose worker dies is tried again by another; where its workers keep dying,
    alone, it is lost and the others are not.
    Results do not depend on the workers: libraries of linear algebra have one thread here and there.
    Close the generator to end the processes (`contextlib.closing`). Raises ClusterError where there is no such cluster,
    or its workers have other versions of what numbers depend on.
    """
    taken: dict[int, Item] = {}

    def numbered() -> Iterator[tuple[int, Item]]:
        for number, item in enumerate(items):
            taken[number] = item
            yield number, item

    with closing(_answers(work, numbered(), on, given, at_once)) as answers:
        for number, answer in answers:
            yield Outcome(number, taken.pop(number), answer.result, answer.error, answer.lost)


def in_order(
    work: Callable[..., Result],
    items: Iterable[Item],
    on: Cluster,
    *given: Any,
    watch: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """Return the results of all items in their order; otherwise as `share`. watch: told how many are there.

    Raises what the first item to fail raised.
    """
    found: dict[int, Result] = {}
    with closing(share(work, items, on, *given)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            found[outcome.number] = outcome.result  # type: ignore[assignment] # there is one, where there is no error
            watch(len(found))
    return [found[number] for number in sorted(found)]


def _answers(
    work: Callable[..., Any], items: Iterator[tuple[int, Any]], on: Cluster, given: tuple[Any, ...], at_once: bool
) -> Generator[tuple[int, Answer], None, None]:
    if not on.is_here:
        from ebana_like.cluster.scheduled import scheduled  # takes a second

        yield from scheduled(work, items, given, on.workers, on.address, on.tell, at_once)
        return
    for number, item in items:
        with threadpool_limits(1, user_api="blas"):
            answer = answered(work, *given, item)
        yield number, answer
