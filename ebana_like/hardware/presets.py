"""Which devices have been measured and published? Their parameters as shares of the range a circuit gives them.

Those of aihwkit are its `presets/devices.py` (1.1.0), weights from w_min to w_max put on places from 0 to 1: steps are
dw_min / (w_max - w_min), noise likewise, and weight 0 lies at `zero`.
Polynomials of programming errors are divided by the largest conductance they were measured at.
"""

from ebana_like.hardware.laws import Constant, Exponential, Linear, Power, SoftBounds
from ebana_like.hardware.physics import Approaching, Boundary, Gap
from ebana_like.hardware.programmed import Programmed
from ebana_like.hardware.pulsed import Pulsed
from ebana_like.hardware.retention import CMO_HFOX as RETAINED
from ebana_like.hardware.retention import HERMES, HERMES_TWO, NANDAKUMAR, WAN

IDEALIZED = Pulsed(step=1e-4, law=Constant(), cycle=0.3, device=0.3, low_spread=0.3, high_spread=0.3)
"""Rasch, Gokmen and Haensch 2019, arXiv:1906.02698."""

GOKMEN_VLASOV = Pulsed(
    step=8e-4, law=Constant(), cycle=0.3, device=0.3, imbalance_device=0.01, low_spread=0.3, high_spread=0.3
)
"""Gokmen and Vlasov 2016, Front. Neurosci. 10:333."""

CAPACITOR = Pulsed(
    step=2.5e-3,
    law=Linear(0.05, 0.05, 0.01),
    cycle=0.3,
    additive=True,
    device=0.1,
    imbalance_device=0.06,
    low_spread=0.07,
    high_spread=0.07,
    leak=1e6,
    leak_device=0.3,
)
"""Li et al., VLSI 2018; it leaks in 1e6 updates, which are seconds here unless `period` says otherwise."""

ECRAM = Pulsed(
    step=1e-3,
    law=Linear(0.1153, 0.5085, 0.05),
    cycle=0.3,
    device=0.1,
    imbalance_device=0.01,
    low_spread=0.05,
    high_spread=0.05,
    zero=0.4138,
)
"""Lithium, Tang et al., IEDM 2018."""

ECRAM_MO = Pulsed(
    step=1.4107e-4,
    law=Linear(0.4152, 0.7342, 0.05),
    cycle=2.0,
    device=0.1,
    imbalance_device=0.01,
    low_spread=0.05,
    high_spread=0.05,
    zero=0.4143,
)
"""Metal oxide, Kim et al., IEDM 2019."""

RERAM_ES = Pulsed(
    step=6.75e-4,
    law=Exponential(-1.18445, -0.081404, 5.0, 5.0, -0.5, -0.5),
    cycle=5.0,
    device=0.2,
    imbalance=0.259359,
    imbalance_device=0.05,
    low_spread=0.3,
    high_spread=0.3,
    write_noise=0.050625,
)
"""Gong et al. 2018, Nat. Commun. 9:2102."""

RERAM_SB = Pulsed(
    step=1e-3,
    law=SoftBounds(),
    cycle=3.75,
    additive=True,
    device=0.3,
    imbalance_device=0.01,
    low_spread=0.4,
    high_spread=0.24,
    zero=0.375,
    write_noise=0.056,
)
"""The same, fitted loosely by soft bounds."""

RERAM_ARRAY_OM = Pulsed(
    step=0.04745,
    law=SoftBounds(),
    cycle=0.4158,
    additive=True,
    device=0.7829,
    lognormal=True,
    imbalance_device=0.01,
    low_spread=0.5695,
    high_spread=0.3499,
    write_noise=0.066966,
    centred=True,
    centring=0.025,
)
"""An array of optimized material, Gong, Rasch et al., IEDM 2022; 13.5 % of its cells were stuck."""

RERAM_ARRAY_HFO2 = Pulsed(
    step=0.2311,
    law=SoftBounds(),
    cycle=0.2174,
    additive=True,
    device=0.7125,
    lognormal=True,
    imbalance_device=0.01,
    low_spread=0.599,
    high_spread=0.4295,
    write_noise=0.134986,
    centred=True,
    centring=0.025,
)
"""The array of HfO2 beside it; 10 % of its cells were stuck."""

PCM = Pulsed(
    step=5e-3,
    law=Exponential(-27.235, -2.235, 2.5, 2.5, -1.0, 0.0, floor=0.021, slope=0.108),
    cycle=0.6,
    device=0.2,
    imbalance_device=0.05,
    high_spread=0.1,
    zero=0.0,
    one_way=True,
)
"""Ge2Sb2Te5, Nandakumar et al. 2020, Front. Neurosci. 14:406; pulses only add, a reset takes all away."""

PCM_NANDAKUMAR = Programmed((0.01052, 0.0786, -0.04692), drift=0.05, drift_after=20.0, retention=NANDAKUMAR)
"""Nandakumar et al., ICECS 2019, 25 uS, as in aihwkit's inference; nu = 0.05 of the higher conductances."""

PCM_HERMES = Programmed((0.0152481, 0.2245835, -0.2089960, 0.0665138), drift=0.056, drift_after=200.0, retention=HERMES)
"""One device of the HERMES chip, Le Gallo et al. 2023, Nat. Electron. 6:680, 10.35 uS, as in aihwkit; nu of x = 1/2."""

PCM_HERMES_TWO = Programmed(
    (0.0080209, 0.2279260, -0.4097107, 0.2265514), drift=0.056, drift_after=300.0, retention=HERMES_TWO
)
"""Two devices side by side, 20.7 uS, written as Vasilopoulos et al. 2023 (IEEE Trans. Electron Devices) do."""

PCM_JOSHI = Programmed((0.01144, 0.0759, -0.04475), drift=0.05, drift_after=25.0)
"""Joshi et al. 2020, Nat. Commun. 11:2473, 25 uS, as in CrossSim."""

RERAM_WAN = Programmed((0.0087, 0.40075, -1.09625, 1.13475, -0.4205), retention=WAN)
"""Wan et al. 2022, Nature 608:504, 40 uS, a second after writing."""

RERAM_MILO = Programmed((0.024725549, -0.009107))
"""Milo et al., IRPS 2021, 50 to 225 uS, sd 4.782321 uS - 0.009107 g, as in CrossSim."""

CMO_HFOX = Programmed((0.00142462, 0.01129027), retention=RETAINED)
"""CMO/HfOx, Falcone et al., 9 to 88.2 uS, written and verified to 2 % of the aim, as in aihwkit."""

CMO_HFOX_FINE = Programmed((0.000131694, 0.00106879), threshold=0.005, retention=RETAINED)
"""The same, verified to 0.2 %."""

SONOS = Programmed((0.01242915625,), rise=0.1101946875)
"""Agrawal et al., IEDM 2022, 0 to 1600 nA, sd 19.88665 nA (1 - exp(-I / 176.3115 nA)) when written, as in CrossSim;
noise of reading, and what days change, are left out.
"""

ION_DRIFT = Pulsed(step=5.0314e-3, law=Boundary(160.0, driven=True, window=1))
"""Linear ion drift in titanium dioxide, Strukov et al. 2008, as in MemTorch: 100 Ohm to 16 kOhm over 10 nm, a mobility
of 1e-14 m^2/(V s); pulses of 1 V and -1 V for 0.1 ms.
"""

VTEAM = Pulsed(step=1.2863e-3, law=Boundary(20.0))
"""Kvatinsky et al. 2015, as in MemTorch: 50 Ohm to 1 kOhm over 3 nm; pulses of 0.1 ns, of 0.3 V (k = 5e-4 m/s from a
threshold of 0.02 V on) and of -0.21777 V (10 m/s, from -0.2 V on, to the third power), which move it as far: 0.7 pm.
"""

DATA_DRIVEN = Pulsed(
    step=1.0056e-3,
    law=Approaching(
        contrast=13.28125,
        rise_end=1.05262056,
        fall_end=13.06171875,
        rise_rate=1.4976,
        fall_rate=0.65408,
        rise_gone=0.002051138,
        fall_gone=1.37622e-06,
    ),
)
"""Messaris et al. 2018, IEEE Trans. Comput.-Aided Des. 37:3151, as in MemTorch: 1280 Ohm to 17 kOhm; pulses of -1.18 V
for 57 us and of 1 V for 5.4 ns, as far in the middle.
"""

DATA_DRIVEN_2021 = Pulsed(step=4e-3, law=Power(2.0, 2.0))
"""The same device by its simpler model, as in MemTorch (arXiv:2012.02267): dR/dt = s (R - r)^2, whose conductance moves
by the square of its distance to 1 / r. 1622.5 Ohm to 3 kOhm; pulses of 1.6 V for 8.95 ns and of -1.594 V for 45.4 ns.
"""

STANFORD_PKU = Pulsed(
    step=9.0962e-4,
    law=Gap(
        low=1 / 218586,
        high=1 / 542,
        whole=4.10752326e-3,
        width=0.25,
        share=14.7902008,
        heat=2520.0,
        ambient=298.0,
        barrier=6953.24515,
        pull=289.718548,
        field=16.0,
        bend=0.8,
        least=14.0,
    ),
)
"""Jiang et al. 2016, IEEE Trans. Electron Devices 63:1884, as in MemTorch: 542 Ohm to 218.6 kOhm; pulses of 1.2 V and
-1.2 V for 0.1 ns. Below 0.7 % of its range it no longer moves.
"""
