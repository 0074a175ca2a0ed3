"""How far does a pulse move a device, where physics says what moves in it? Laws of models written for circuits.

Places are shares of the range in siemens, as in `laws`: what moves, a boundary or a gap, is reckoned from them.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from ebana_like.hardware.laws import Frame, Law


@dataclass(frozen=True)
class Boundary(Law):
    """Steps of a boundary that moves through a device and divides its resistance: R goes in a straight line with it.

    contrast: the largest conductance over the smallest. driven: whether the current moves it, as in linear ion drift
        (Strukov et al. 2008, Nature 453:80), or the voltage, so that every step is as long as the others (VTEAM:
        Kvatinsky et al. 2015, IEEE Trans. Circuits Syst. II 62:786).
    window: p of 1 - (2 w - 1)^2p, by which it slows at both ends (Joglekar and Wolf 2009, Eur. J. Phys. 30:661), w its
        share of the way; 0 for none.
    """

    by_numbers = True

    contrast: float = 100.0
    driven: bool = False
    window: int = 0

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        return self._speed(place) / self._speed(frame.zero)

    def _speed(self, place: Any) -> Any:
        """Return by how much the conductance g changes, in units that are the same at all places: dg = g^2 dR."""
        g = 1 + (self.contrast - 1) * place
        speed = g**3 if self.driven else g**2
        return speed * (1 - (2 * self.contrast * place / g - 1) ** (2 * self.window)) if self.window else speed


@dataclass(frozen=True)
class Approaching(Law):
    """Resistances that a pulse draws to an end that goes with its voltage, the faster the farther off they are: with d
    the distance, dd/dt = -s (exp(k d) - 1) (Messaris et al. 2018, IEEE Trans. Comput.-Aided Des. 37:3151).

    contrast: the largest resistance over the smallest, which is the unit of those that follow. rise_end, fall_end: what
        pulses up and down draw to. rise_rate, fall_rate: their k. rise_gone, fall_gone: 1 - exp(-k s t) of a pulse.
    """

    by_numbers = True
    straight: ClassVar[float] = 0.0

    contrast: float
    rise_end: float
    fall_end: float
    rise_rate: float
    fall_rate: float
    rise_gone: float
    fall_gone: float

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        zero = place.__array_namespace__().asarray(frame.zero, dtype=place.dtype)
        return self._step(place, up) / self._step(zero, zero == zero)

    def _step(self, place: Any, up: Any) -> Any:
        """Return by how much the conductance changes by a pulse, in units that are the same at all places."""
        xp = place.__array_namespace__()
        resistance = self.contrast / (1 + (self.contrast - 1) * place)
        distance = xp.where(up, resistance - self.rise_end, self.fall_end - resistance)
        rate, gone = xp.where(up, self.rise_rate, self.fall_rate), xp.where(up, self.rise_gone, self.fall_gone)
        change = xp.log1p(gone * xp.expm1(rate * xp.where(distance > 0, distance, 0.0))) / rate
        return change / (resistance * (resistance + xp.where(up, -change, change)))


@dataclass(frozen=True)
class Gap(Law):
    """A gap in a filament, which current tunnels through and heats: pulses of either sign move its edge, the model of
    Stanford and Peking University (Jiang et al. 2016, IEEE Trans. Electron Devices 63:1884).

    low, high: conductances at the ends of the range, siemens, and whole: of no gap, read at small voltages. width: of
    the gap by which the current falls to 1/e, nm. share: by which of its conductance a pulse's current is larger than
    at small voltages. heat: kelvin an ampere. ambient: kelvin. barrier: its energy over Boltzmann's constant, kelvin.
    pull: kelvin, of the pulse's voltage over the oxide, an atom's spacing of it; field, bend: how that is enhanced,
    field - bend gap^3 (nm). least: enhancement from which on it moves.
    """

    by_numbers = True
    straight: ClassVar[float] = 0.01

    low: float
    high: float
    whole: float
    width: float
    share: float
    heat: float
    ambient: float
    barrier: float
    pull: float
    field: float
    bend: float
    least: float

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        xp = place.__array_namespace__()
        return self._speed(xp, place) / self._speed(xp, xp.asarray(frame.zero, dtype=place.dtype))

    def _speed(self, xp: Any, place: Any) -> Any:
        """Return by how much the conductance changes, in units that are the same at all places."""
        g = self.low + (self.high - self.low) * place
        enhanced = self.field - self.bend * (self.width * xp.log(self.whole / g)) ** 3
        kelvin = self.ambient + self.heat * self.share * g
        forth, back = (xp.exp((way * enhanced * self.pull - self.barrier) / kelvin) for way in (1, -1))
        return xp.where(enhanced > self.least, g * (forth - back), 0.0)
