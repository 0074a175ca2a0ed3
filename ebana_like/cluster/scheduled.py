"""How do items go through a Dask scheduler, so that each is answered once, whatever dies meanwhile?

Workers that die are the scheduler's business, up to the point where it gives up an item: it counts against every item
that was with a worker when that died, also those that only waited there. What it gives up is therefore tried once more
with nothing beside it. When the scheduler is gone, all that is not answered yet is sent to the one that comes after it.
"""

import pickle
from collections.abc import Callable, Generator, Mapping, Sequence
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
    items: Sequence[Any],
    given: tuple[Any, ...],
    workers: int,
    address: str,
    tell: Callable[[str], None],
) -> Generator[tuple[int, Answer], None, None]:
    """Yield the number of each item with its answer: of so many workers started here, or of those at an address."""
    waiting = dict(enumerate(items))
    if not waiting:
        return
    with quiet():
        if not address:
            with local_cluster(min(workers, len(waiting))) as here, connected(here, CONNECT_SECONDS, tell) as client:
                yield from _answers(client, work, given, waiting)
            return
        seconds = CONNECT_SECONDS
        while waiting:
            try:
                with connected(address, seconds, tell) as client:
                    for number, answer in _answers(client, work, given, dict(waiting)):
                        del waiting[number]
                        yield number, answer
            except _GoneError:
                tell(f"the scheduler at {address} is gone; waiting for it to come back")
                seconds = RETURN_SECONDS


def _answers(
    client: Client, work: Callable[..., Any], given: tuple[Any, ...], items: Mapping[int, Any]
) -> Generator[tuple[int, Answer], None, None]:
    """Yield answers as they come. Raises _GoneError when the scheduler is gone."""
    token, name = client.id, getattr(work, "__name__", "work").strip("_")
    common = [client.submit(_itself, each, key=f"given-{k}-{token}") for k, each in enumerate(given)]

    def sent(number: int, beside: str) -> Future[Any]:
        arguments = (versions(), work, *common, items[number])
        return client.submit(_answer_there, *arguments, key=f"{name}-{number}{beside}-{token}", pure=False)

    futures = {sent(number, ""): number for number in items}
    given_up: list[int] = []
    done = as_completed(list(futures), loop=client.loop)
    for future in done:
        if future.status in ("pending", "lost"):  # its worker died when it had just answered: it is asked again
            done.add(future)
            continue
        number, error = futures.pop(future), _error_of(future)
        if isinstance(error, KilledWorker):
            given_up.append(number)
        else:
            yield number, _answer_of(future, error)
        future.release()
    for number in given_up:
        future = sent(number, "-alone")
        with suppress(Exception):
            future.result()
        yield number, _answer_of(future, _error_of(future))
        future.release()


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
