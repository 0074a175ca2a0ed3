"""What do code models give out at DC? A formula of what they take in, as ngspice 39 was measured to compute it.

A model is one entry of `MODELS`: its ports, what its parameters are unless they are given, and what it gives out.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from ebana_like.expressions import Call, Number, Tree
from ebana_like.netlist.deck.kinds.code_formulas import Given

Law = Callable[[Given], Tree]


class CodeModel(NamedTuple):
    """A code model.

    ports: their names with their usual types, in the order of a line; those with `[]` take many lines.
    usual: parameters with what they are unless given; with nothing behind the sign they must be given.
    laws: what it gives out, by ports. moves: whether in time it gives out something else.
    """

    ports: str
    usual: str
    laws: Mapping[str, str | Law]
    moves: bool = False


def _sum(given: Given) -> Tree:
    """Return a weighted sum of inputs."""
    lines = given.ports["in"]
    weights, offsets = given.each("in_gain", len(lines)), given.each("in_offset", len(lines))
    terms = [
        given.law("weight*(line+offset)*out_gain", weight=Number(weight), line=line, offset=Number(offset))
        for weight, line, offset in zip(weights, lines, offsets, strict=True)
    ]
    return Call("+", (*terms, Number(given["out_offset"])))


def _product(given: Given) -> Tree:
    """Return a product of inputs."""
    lines = given.ports["in"]
    found: Tree = Number(given["out_gain"])
    weights, offsets = given.each("in_gain", len(lines)), given.each("in_offset", len(lines))
    for weight, line, offset in zip(weights, lines, offsets, strict=True):
        found = given.law(
            "found*weight*(line+offset)", found=found, weight=Number(weight), line=line, offset=Number(offset)
        )
    return Call("+", (found, Number(given["out_offset"])))


def _along(given: Given, at: Tree, x_name: str, y_name: str, limit: bool = False) -> Tree:
    """Return lines through points, with a parabola at each corner."""
    x, y = list(given.lists[x_name]), list(given.lists[y_name])
    if len(x) != len(y) or len(x) < 2 or any(b <= a for a, b in pairwise(x)):
        raise ValueError(f"{x_name} and {y_name} need the same number of points, two or more, and rising x")
    if limit:
        x, y = [2 * x[0] - x[1], *x, 2 * x[-1] - x[-2]], [y[0], *y, y[-1]]
    widths = [b - a for a, b in pairwise(x)]
    slopes = [(d - c) / width for (c, d), width in zip(pairwise(y), widths, strict=True)]
    corners = zip(x[1:-1], pairwise(slopes), pairwise(widths), strict=True)
    found = [given.law("y+slope*(at-x)", at=at, y=Number(y[0]), slope=Number(slopes[0]), x=Number(x[0]))]
    for corner, (before, behind), sides in corners:
        width = given["input_domain"] * (min(sides) if given["fraction"] else 1.0)
        more = {"turn": Number(behind - before), "corner": Number(corner), "width": Number(width)}
        found.append(given.law("turn*smooth(at-corner,width)", at=at, **more))
    return Call("+", tuple(found)) if len(found) > 1 else found[0]


def _at_input(given: Given) -> Tree:
    return _along(given, given.ports["in"][0], "x_array", "y_array", given["limit"] != 0)


def _at_start(given: Given) -> Tree:
    return _along(given, Number(0.0), "x_array", "y_array", given["limit"] != 0)


def _hysteresis(given: Given, port: str) -> Tree:
    """Return the leg on which a circuit begins: the one for rising inputs, unless zero lies above it."""
    width = given["input_domain"] * ((given["in_high"] - given["in_low"]) if given["fraction"] else 1.0)
    side = 1.0 if given["in_high"] + given["hyst"] + width > 0 else -1.0
    return given.law(
        "out_lower_limit+(out_upper_limit-out_lower_limit)/(in_high-in_low)"
        "*(smooth(at-in_low-shift,width)-smooth(at-in_high-shift,width))",
        at=given.ports[port][0],
        width=Number(width),
        shift=Number(side * given["hyst"]),
    )


def _core(given: Given) -> Tree:
    """Return the flux of a magnetic core, by its magnetisation or by hysteresis."""
    if given["mode"] != 1:
        return _hysteresis(given, "mc")
    strength = given.law("mc/length")
    return given.law("area*field", field=_along(given, strength, "h_array", "b_array"))


def _filter(given: Given) -> Tree:
    """Return what a transfer function gives out before its integrators move."""
    top, bottom = given.lists["num_coeff"][::-1], given.lists["den_coeff"][::-1]
    held = given.lists["int_ic"][::-1]
    order = len(bottom) - 1
    if len(top) > len(bottom) or order < 1 or len(held) < order or not bottom[-1]:
        raise ValueError("s_xfer needs as many den_coeff as num_coeff or more, two at least, and one int_ic fewer")
    highest = top[order] / bottom[-1] if len(top) > order else 0.0
    rest = sum(b * x for b, x in zip(top[:order], held, strict=False))
    back = sum(a / bottom[-1] * x for a, x in zip(bottom[:order], held, strict=False))
    if len(top) > order:
        rest -= top[order] * back
    return given.law("highest*gain*(in+in_offset)+rest", highest=Number(highest), rest=Number(rest))


def _zener(given: Given) -> Tree:
    """Return the current of a diode that breaks through: exponentials, and a line between them, or where they meet."""
    thermal = given["n_forward"] * 0.026
    steep = 1 / given["i_breakdown"] / given["r_breakdown"]
    forward = thermal * math.log(thermal / 10)
    back = -given["v_breakdown"] + math.log(10 / given["i_sat"] / given["r_breakdown"]) / steep
    known = {"thermal": thermal, "steep": steep, "forward": forward, "back": back}
    if back < forward:
        known["start"] = 1e-6 * math.exp(
            steep * (back + given["v_breakdown"] - math.log(given["i_breakdown"] / 1e-6) / steep) * -1
        )
        known["level"] = given["i_sat"] * (math.exp(forward / thermal) - 1) - given["i_sat"] / 10 * forward
        formula = (
            "z>=forward ? i_sat*(exp(z/thermal)-1) : (z>=back ? i_sat/10*z+level"
            " : i_sat/10*back+level+start*(1-exp(0-steep*(z-back))))"
        )
    else:
        known["start"] = given["i_breakdown"] / (math.exp(steep * given["v_breakdown"]) - 1)
        known["more"] = known["start"] * steep - given["i_sat"] / thermal
        formula = "z>=0 ? i_sat*(exp(z/thermal)-1)+max(more,0)*z : max(0-more,0)*z-start*(exp(0-steep*z)-1)"
    return given.law(f"({formula})+i_rev/v_breakdown*z", **{name: Number(value) for name, value in known.items()})


_LIMITS = "out_lower_limit=0 out_upper_limit=1 limit_range=1e-6 fraction=false"
_WAVE = "cntl_array=0,1 freq_array=1e3,2e3 out_low=-1 out_high=1"
_HYSTERESIS = "in_low=0 in_high=1 hyst=.1 out_lower_limit=0 out_upper_limit=1 input_domain=.01 fraction=true"
_POINTS = "input_domain=.01 fraction=true limit=false"

MODELS = {
    "gain": CodeModel("in out", "in_offset=0 gain=1 out_offset=0", {"out": "gain*(in+in_offset)+out_offset"}),
    "summer": CodeModel("in[] out", "in_offset=0 in_gain=1 out_gain=1 out_offset=0", {"out": _sum}),
    "mult": CodeModel("in[] out", "in_offset=0 in_gain=1 out_gain=1 out_offset=0", {"out": _product}),
    "divide": CodeModel(
        "num den out",
        "num_offset=0 num_gain=1 den_offset=0 den_gain=1 den_lower_limit=1e-10 den_domain=1e-10 fraction=false "
        "out_gain=1 out_offset=0",
        {
            "out": lambda given: given.law(
                "out_offset+out_gain*num_gain*(num+num_offset)"
                "/(below>=0 ? den_lower_limit+smooth(below-den_lower_limit,width)"
                " : 0-den_lower_limit-smooth(0-below-den_lower_limit,width))",
                below=given.law("den_gain*(den+den_offset)"),
                width=Number(given["den_domain"] * (given["den_lower_limit"] if given["fraction"] else 1.0)),
            )
        },
    ),
    "limit": CodeModel(
        "in out",
        f"in_offset=0 gain=1 {_LIMITS}",
        {
            "out": "limited(gain*(in+in_offset),out_lower_limit,out_upper_limit,"
            "limit_range*(fraction ? out_upper_limit-out_lower_limit : 1))"
        },
    ),
    "climit": CodeModel(
        "in cntl_upper cntl_lower out",
        "in_offset=0 gain=1 upper_delta=0 lower_delta=0 limit_range=1e-6 fraction=false",
        {
            "out": "limited(gain*(in+in_offset),cntl_lower+lower_delta,cntl_upper-upper_delta,"
            "limit_range*(fraction ? cntl_upper-upper_delta-cntl_lower-lower_delta : 1))"
        },
    ),
    "pwl": CodeModel("in out", f"x_array= y_array= {_POINTS}", {"out": _at_input}),
    "pwlts": CodeModel("out", f"x_array= y_array= {_POINTS}", {"out": _at_start}, True),
    "hyst": CodeModel("in out", _HYSTERESIS, {"out": partial(_hysteresis, port="in")}, True),
    "int": CodeModel(
        "in out",
        "in_offset=0 gain=1 out_lower_limit=0 out_upper_limit=0 limit_range=1e-6 out_ic=0",
        {"out": "out_ic"},
        True,
    ),
    "d_dt": CodeModel(
        "in out", "gain=1 out_offset=0 out_lower_limit=0 out_upper_limit=0 limit_range=1e-6", {"out": "0"}, True
    ),
    "s_xfer": CodeModel(
        "in out", "in_offset=0 gain=1 num_coeff= den_coeff= int_ic= denormalized_freq=1", {"out": _filter}, True
    ),
    "slew": CodeModel("in out", "rise_slope=1e9 fall_slope=1e9 range=.1", {"out": "in"}, True),
    "sine": CodeModel("cntl_in out", _WAVE, {"out": "(out_low+out_high)/2"}, True),
    "triangle": CodeModel("cntl_in out", f"{_WAVE} duty_cycle=.5", {"out": "out_low"}, True),
    "square": CodeModel("cntl_in out", f"{_WAVE} duty_cycle=.5 rise_time=1n fall_time=1n", {"out": "out_low"}, True),
    "aswitch": CodeModel(
        "cntl_in out:gd",
        "cntl_off=0 cntl_on=1 log=true r_off=1e12 r_on=1 limit=false",
        {
            "out": "out/max(log ? min(max(r_on*exp(ln(r_off/r_on)/(cntl_on-cntl_off)*(cntl_on-cntl_in)),"
            "limit ? r_on : 0),limit ? r_off : 1e300) : min(max(r_off+(cntl_in-cntl_off)*(r_on-r_off)"
            "/(cntl_on-cntl_off),limit ? r_on : 0),limit ? r_off : 1e300),1e-9)"
        },
    ),
    "pswitch": CodeModel(
        "cntl_in:gd out:gd",
        "cntl_off=0 cntl_on=1 log=true r_off=1e12 r_on=1 r_cntl_in=1e12",
        {
            "cntl_in": "cntl_in/r_cntl_in",
            "out": lambda given: given.law(
                "out/(log ? exp(ln(sqrt(r_on*r_off))+ln(r_on/r_off)*(1.5*t-2*t*t*t)) : r_off+(r_on-r_off)*(t+.5))",
                t=given.law("min(max((cntl_in-cntl_off)/(cntl_on-cntl_off),0),1)-.5"),
            ),
        },
    ),
    "sidiode": CodeModel(
        "ds:gd",
        "ron=1 roff=1 vfwd=0 vrev=1e30 ilimit=1e30 revilimit=1e30 epsilon=0 revepsilon=0 rrev=0",
        {
            "ds": lambda given: given.law(
                "ds<0-vrev ? 0-side(0-ds,vrev,goff,grev,revilimit,revepsilon) : side(ds,vfwd,goff,gon,ilimit,epsilon)",
                goff=Number(1 / given["roff"]),
                gon=Number(1 / given["ron"]),
                grev=Number(1 / (given["rrev"] or given["ron"])),
            )
        },
    ),
    "zener": CodeModel(
        "z:gd", "v_breakdown= i_breakdown=2e-2 r_breakdown=1 i_rev=1e-6 i_sat=1e-12 n_forward=1", {"z": _zener}
    ),
    "memristor": CodeModel(
        "memris:gd", "rmin=10 rmax=10e3 rinit=7e3 alpha=0 beta=1 vt=0", {"memris": "memris/rinit"}, True
    ),
    "potentiometer": CodeModel(
        "r0:g wiper:g r1:g",
        "position=.5 log=false r=1e5 log_multiplier=1",
        {
            "r0": "(r0-wiper)/(r*min(max(position,1e-9),.999999999))",
            "r1": "(r1-wiper)/(r*(1-min(max(position,1e-9),.999999999)))",
            "wiper": "(wiper-r0)/(r*min(max(position,1e-9),.999999999))"
            "+(wiper-r1)/(r*(1-min(max(position,1e-9),.999999999)))",
        },
    ),
    "lcouple": CodeModel("l:hd mmf_out:hd", "num_turns=1", {"l": "0", "mmf_out": "num_turns*l"}, True),
    "core": CodeModel("mc:gd", f"h_array= b_array= area=1 length=1 mode=1 {_HYSTERESIS}", {"mc": _core}),
}
"""By the types of their models."""
