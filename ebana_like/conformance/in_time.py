"""Which circuits are followed in time to compare engines? Random ones, as netlists: RC, RLC and with diodes."""

import numpy as np

DIODES = (
    ".model plain d is=1e-12 n=1.5",
    ".model slow d is=1e-9 n=1.2 cjo=200p vj=0.7 m=0.4 tt=50n",
)
KINDS = ("rc", "rlc", "diode")


def random_netlist(rng: np.random.Generator, kind: str, nodes: int = 4) -> str:
    """Return a circuit of some nodes that begins at rest and is driven by a sine and a pulse; it moves within 10 us.

    kind: "rc", "rlc" or "diode", which has inductors too.
    """

    def spread(low: float, high: float) -> str:
        return repr(float(np.exp(rng.uniform(np.log(low), np.log(high)))))

    lines = [f"random {kind} circuit", "v1 s1 0 sin(0.3 1 2e5 0 0 20)", "i1 0 n1 pulse(0 1m 1u 0.4u 0.4u 3u 6u)"]
    lines += ["rs s1 n0 300"]
    for k in range(nodes):
        other = int(rng.integers(nodes)) if k == 0 else int(rng.integers(k))
        lines += [f"r{k} n{k} 0 {spread(300, 1e4)}", f"c{k} n{k} 0 {spread(5e-11, 1e-9)}"]
        lines += [f"rn{k} n{k} n{other if other != k else (k + 1) % nodes} {spread(300, 3e3)}"]
    pairs = [rng.choice(nodes, 2, replace=False) for _ in range(3)]
    lines += [f"cc{k} n{a} n{b} {spread(2e-11, 3e-10)}" for k, (a, b) in enumerate(pairs[:1])]
    if kind != "rc":
        lines += [f"l{k} n{a} m{k} {spread(1e-4, 1e-3)}" for k, (a, _) in enumerate(pairs[:2])]
        lines += [f"rl{k} m{k} n{b} {spread(50, 500)}" for k, (_, b) in enumerate(pairs[:2])]
        lines += ["k1 l0 l1 0.4", f"e1 e 0 n0 n1 {spread(0.5, 2)}", "re e n2 2k"]
    if kind == "diode":
        cards = rng.choice(["plain", "slow"], 3)
        lines += [f"d{k} n{k} {'0' if k != 1 else 'n0'} {card}" for k, card in enumerate(cards)]
        lines += [*DIODES]
    return "\n".join([*lines, ".tran 20n 10u", ".end", ""])
