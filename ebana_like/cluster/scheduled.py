"""How do items go through a Dask scheduler, so that each is answered once, whatever dies meanwhile?

Workers that die are the scheduler's business, up to the point where it gives up an item: it counts against every item
that was with a worker when that died, also those that only waited there. What it gives up is therefore tried once more
with nothing beside it. When the scheduler is gone, all that is not answered yet is sent to the one that comes after it.
"""

import pickle
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from typing import Any

from distributed import Client, Future, KilledWorker, as_completed

from ebana_like.cluster.answers import Answer, answered, versions
from ebana_like.cluster.connection import connected, local_cluster, quiet
from ebana_like.errors import ClusterError, EbanaError, counted

CONNECT_SECONDS = 5.0
"""How long a scheduler may take to answer first."""

RETURN_SECONDS = 120.0
"""How long a scheduler that was there is waited for."""


class _GoneError(Exception):
    """The scheduler is gone."""


def scheduled(
    work: Callable[..., Any],
    items: Iterator[tuple[int, Any]],
    given: tuple[Any, ...],
    workers: int,
    address: str,
    tell: Callable[[str], None],
    at_once: bool,
) -> Generator[tuple[int, Answer], None, None]:
    """Yield the number of each item with its answer: of so many workers started here, or of those at an address.

    at_once: whether all items are sent; otherwise each is asked for when a worker is free for it.
    """
    queue = _Queue(work, given, items, at_once)
    if queue.is_empty:
        return
    with quiet():
        if not address:
            few = min(workers, len(queue.waiting)) if at_once else workers
            with local_cluster(few) as here, connected(here, CONNECT_SECONDS, tell) as client:
                yield from queue.answers(client)
            return
        seconds = CONNECT_SECONDS
        while not queue.is_empty:
            try:
                with connected(address, seconds, tell) as client:
                    yield from queue.answers(client)
            except _GoneError:
                tell(f"the scheduler at {address} is gone; waiting for it to come back")
                seconds = RETURN_SECONDS


class _Queue:
    """Items that are not answered yet: `waiting`, by number, those that were asked for, and a source of more."""

    def __init__(
        self, work: Callable[..., Any], given: tuple[Any, ...], items: Iterator[tuple[int, Any]], at_once: bool
    ) -> None:
        self.work, self.given, self.source, self.at_once = work, given, items, at_once
        self.waiting: dict[int, Any] = {}
        self._ask(1)

    @property
    def is_empty(self) -> bool:
        """Whether all items are answered."""
        return not self.waiting

    def answers(self, client: Client) -> Generator[tuple[int, Answer], None, None]:
        """Yield answers as they come. Raises _GoneError when the scheduler is gone, and can be called again then."""
        token, name = client.id, getattr(self.work, "__name__", "work").strip("_")
        common = [client.submit(_itself, each, key=f"given-{k}-{token}") for k, each in enumerate(self.given)]
        futures: dict[Future[Any], int] = {}
        given_up: list[int] = []
        done = as_completed(loop=client.loop)

        def send(number: int, how: str = "") -> Future[Any]:
            arguments = (versions(), self.work, *common, self.waiting[number])
            return client.submit(_answer_there, *arguments, key=f"{name}-{number}{how}-{token}", pure=False)

        def fill() -> None:
            self._ask(max(1, sum(client.nthreads().values())) if not self.at_once else 0)
            for number in sorted(self.waiting.keys() - {*futures.values(), *given_up}):
                future = send(number)
                futures[future] = number
                done.add(future)

        while True:
            fill()
            if futures:
                future = next(done)
                if future.status in ("pending", "lost"):  # its worker died when it had just answered: it is asked again
                    done.add(future)
                    continue
                error, number = _error_of(future), futures.pop(future)
                if isinstance(error, KilledWorker):
                    given_up.append(number)
                    continue
            elif given_up:
                future = send(number := given_up.pop(), "-alone")
                with suppress(Exception):
                    future.result()
                error = _error_of(future)
            else:
                return
            answer = _answer_of(future, error)
            del self.waiting[number]
            yield number, answer
            future.release()

    def _ask(self, most: int) -> None:
        """Ask for items until so many are waiting; for all where they are sent at once."""
        while self.at_once or len(self.waiting) < most:
            try:
                number, item = next(self.source)
            except StopIteration:
                return
            self.waiting[number] = item


def _error_of(future: Future[Any]) -> BaseException | None:
    """Return what became of a future that is done, where that is no answer. Raises _GoneError."""
    if future.status == "finished":
        return None
    if future.status != "error":
        raise _GoneError
    error = future.exception(timeout=CONNECT_SECONDS)
    return error if isinstance(error, BaseException) else RuntimeError(str(error))


def _answer_of(future: Future[Any], error: BaseException | None) -> Answer:
    """Return the answer of a future that is done."""
    if isinstance(error, KilledWorker):
        deaths = 2 * (int(error.allowed_failures) + 1)
        words = f"its worker died {counted(deaths, 'time')}, at last with nothing beside it"
        return Answer(error=EbanaError(f"{words}; it may need more memory than there is"), lost=True)
    if error is not None:
        return Answer(error=EbanaError(f"its worker could not take it up: {_words(error)}"))
    try:
        there, answer = future.result()
    except Exception as broken:  # the scheduler, or the only worker that has the result, is gone since
        raise _GoneError from broken
    require_same(there, "a worker")
    assert isinstance(answer, Answer)
    return answer


def require_same(there: Mapping[str, str], where: str) -> None:
    """Raise ClusterError where versions somewhere else are not those of this process."""
    differ = [
        f"{name} {there.get(name, 'none')} instead of {here}"
        for name, here in versions().items()
        if there.get(name, "none") != here
    ]
    if differ:
        raise ClusterError(f"{where} has {', '.join(differ)}; install the same versions there")


def _itself(given: Any) -> Any:
    return given


def _answer_there(
    here: Mapping[str, str], work: Callable[..., Any], *arguments: Any
) -> tuple[Mapping[str, str], Answer]:
    """On a worker: return its versions, and the answer where they are the same as here."""
    if versions() != here:
        return versions(), Answer()
    answer = answered(work, *arguments)
    if answer.error is not None:
        try:
            pickle.loads(pickle.dumps(answer.error))
        except Exception:
            return versions(), Answer(error=EbanaError(_words(answer.error)))
    return versions(), answer


def _words(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
