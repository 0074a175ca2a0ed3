"""Program and verify: devices are read after every write, and written again until they are near enough."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ebana_like.checks import require_number
from ebana_like.hardware.around import Around
from ebana_like.hardware.compiled import Entries

if TYPE_CHECKING:
    from jax import Array


@dataclass(frozen=True)
class Verified(Around):
    """What an update asks of devices is asked of them again until it is there; those near enough are left alone.

    inner: the devices. tolerance: of what is near enough, a share of the range. tries: at most, the first among them.
    """

    tolerance: float = 0.01
    tries: int = 10

    def __post_init__(self) -> None:
        require_number("tolerance of program and verify", self.tolerance, above=0, high=1)
        require_number("tries of program and verify", self.tries, whole=True, low=1)

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax
        import jax.numpy as jnp

        aim = jnp.clip(value + wanted, low, high)

        def again(turn: Any, carry: tuple["Array", dict[str, "Array"]]) -> tuple["Array", dict[str, "Array"]]:
            reached, now = carry
            missing = aim - reached
            is_far = abs(missing) > self.tolerance * (high - low)
            asked = jnp.where(is_far, missing, 0)
            moved, new = self.inner.moved(reached, asked, low, high, now, key + turn.astype(key.dtype))
            kept = {name: jnp.where(is_far, each, now[name]) for name, each in new.items()}
            return jnp.where(is_far, moved, reached), {**now, **kept}

        first, new = self.inner.moved(value, wanted, low, high, entries, key)
        reached, found = jax.lax.fori_loop(1, self.tries, again, (first, {**entries, **new}))
        return reached, {name: found[name] for name in new}
