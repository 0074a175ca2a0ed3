"""Which parameters of models and devices does ngspice know? Those that its `devhelp` lists; others it ignores."""

from ebana_like.elements import ModelCard

_MODELS = {
    "d": """
    af area bv bv_max cj cj0 cjo cjp cjsw cta ctc cth0 ctp eg fc fcs fv_max ib ibv id_max ik ikf ikr is isr js jsw
    jtun jtunsw keg kf level lm lp m mj mjsw n nbv nr ns ntun pb pd_max php pj rs rth0 tcv te_max tlev tlevc tm1 tm2
    tnom tpb tphp tref trs trs1 trs2 tt ttt1 ttt2 tvj vj wm wp xm xoi xom xp xti xtitun
    """,
    "bjt": """
    af bf br c2 c4 ccs cjc cje cjs cn csub ctc cte cts eg fc gamma ib_max ibc ibe ic_max ik ikf ikr irb is isc ise
    iss itf kf mc me mjc mje mjs ms nc ne nf nk nkf nr ns pc pd_max pe ps ptf qco quasimod rb rbm rc rco re rth0
    subs tbf1 tbf2 tbr1 tbr2 te_max tf tikf1 tikf2 tikr1 tikr2 tirb1 tirb2 tis1 tis2 tisc1 tisc2 tise1 tise2 tiss1
    tiss2 titf1 titf2 tlev tlevc tmjc1 tmjc2 tmje1 tmje2 tmjs1 tmjs2 tnc1 tnc2 tne1 tne2 tnf1 tnf2 tnom tnr1 tnr2
    tns1 tns2 tr trb trb1 trb2 trc trc1 trc2 tre tre1 tre2 tref trm1 trm2 ttf1 ttf2 ttr1 ttr2 tvaf1 tvaf2 tvar1
    tvar2 tvjc tvje tvjs va vaf var vb vbc_max vbe_max vce_max vg vjc vje vjs vo vtf xcjc xtb xtf xti
    """,
    "jfet": """
    af b beta betatce bex cgd cgs eg fc gdsnoi is kf lambda nlev pb rd rs tcv tnom vt0 vto vtotc xti
    """,
    "jfet2": """
    acgam af beta cds cgd cgs delta fc hfe1 hfe2 hfeta hfg1 hfg2 hfgam ibd is kf lambda lfg1 lfg2 lfgam mvst mxi n p
    pb q rd rs taud taug tnom vbd vbi ver vst vt0 vto xc xi z
    """,
    "mos1": """
    af cbd cbs cgbo cgdo cgso cj cjsw fc gamma is js kf kp lambda ld mj mjsw nss nsub pb phi rd rs rsh tnom tox tpg
    u0 uo vt0 vto
    """,
    "mos2": """
    af cbd cbs cgbo cgdo cgso cj cjsw delta fc gamma is js kf kp lambda ld mj mjsw neff nfs nss nsub pb phi rd rs
    rsh tnom tox tpg u0 ucrit uexp uo vmax vt0 vto xj
    """,
    "mos3": """
    af alpha cbd cbs cgbo cgdo cgso cj cjsw delta delvt0 delvto eta fc gamma input_delta is js kappa kf kp ld mj
    mjsw nfs nss nsub pb phi rd rs rsh theta tnom tox tpg u0 uo vmax vt0 vto wd xd xj xl xw
    """,
    "mos6": """
    cbd cbs cgbo cgdo cgso cj cjsw fc gamma gamma1 is js kc kv lambda lambda0 lambda1 ld mj mjsw nc nss nsub nv nvth
    pb phi ps rd rs rsh sigma tnom tox tpg u0 uo vt0 vto
    """,
    "mos9": """
    af alpha cbd cbs cgbo cgdo cgso cj cjsw delta delvt0 delvto eta fc gamma input_delta is js kappa kf kp ld mj
    mjsw nfs nss nsub pb phi rd rs rsh theta tnom tox tpg u0 uo vmax vt0 vto wd xd xj xl xw
    """,
    "vdmos": """
    a af bex bv cgdmax cgdmin cgs cjo cthj derating eg fc ibv id_max idr_max is kf kp ksubthres lambda m mtriode mu
    n nbv pd_max phi rb rd rds rg rq rs rth_ext rthca rthjc subshift tcvth te_max texp0 texp1 theta tksubthres1
    tksubthres2 tnom trb1 trb2 trd1 trd2 trg1 trg2 trs1 trs2 tt vdmosn vdmosp vds_max vgd_max vgdr_max vgs_max
    vgsr_max vj vq vth0 vto vtotc xti
    """,
    "sw": "vt vh ron roff",
    "csw": "it ih ron roff",
}
"""By the law that a model has in ngspice."""

_LAWS = {
    "d": {"1": "d", "3": "d"},
    "npn": {"1": "bjt"},
    "pnp": {"1": "bjt"},
    "njf": {"1": "jfet", "2": "jfet2"},
    "pjf": {"1": "jfet", "2": "jfet2"},
    "nmos": {"1": "mos1", "2": "mos2", "3": "mos3", "6": "mos6", "9": "mos9"},
    "pmos": {"1": "mos1", "2": "mos2", "3": "mos3", "6": "mos6", "9": "mos9"},
    "vdmos": {"1": "vdmos"},
    "sw": {"1": "sw"},
    "csw": {"1": "csw"},
}
"""Laws by a model's type and level; others have hundreds of parameters, and all that are given are believed."""

FLAGS = frozenset(
    (
        *("nchan", "pchan", "vdmosn", "vdmosp"),
        *("steplimit", "nosteplimit", "lininterp", "quadinterp", "mixedinterp", "nocontrol", "truncnr", "truncdontcut"),
    )
)
"""What stands without a value."""

_PARAMETERS = {law: frozenset(names.split()) | {"level"} | FLAGS for law, names in _MODELS.items()}

_EVERYWHERE = frozenset({"m", "temp", "dtemp"})
_SIZES = {
    "d": _EVERYWHERE | {"area", "pj", "l", "w", "lm", "lp", "wm", "wp"},
    "q": _EVERYWHERE | {"area", "areab", "areac"},
    "j": _EVERYWHERE | {"area"},
    "z": _EVERYWHERE | {"area", "l", "w", "ts", "td"},
    "m": _EVERYWHERE | {"l", "w", "ad", "as", "pd", "ps", "nrd", "nrs"},
}
_OF_BSIM = frozenset({"nf", "sa", "sb", "sd", "geo", "geomod", "rgeomod", "min", "delvto", "mulu0", "nqsmod"})
_OF_SOI = frozenset(
    {"debug", "bjtoff", "nbc", "nseg", "pdbcp", "psbcp", "agbcp", "aebcp", "rth0", "cth0", "nrb", "vbsusr", "tnodeout"}
)


_IN_PAIRS = frozenset(
    (
        *_LAWS,
        *("r", "res", "c", "cap", "l", "ind", "nmf", "pmf", "nhfet", "phfet", "ltra", "txl", "urc", "nsoi", "psoi"),
    )
)
"""Types of models whose parameters have one value each; those of others, such as code models, may have several."""


def has_lists(type_: str) -> bool:
    """Whether the parameters of a model of this type may have several values."""
    return type_ not in _IN_PAIRS


def law(card: ModelCard) -> str:
    """Return the law of a model; empty where its parameters are not listed here."""
    level = card.parameters.get("level", "1").partition(".")[0]
    return _LAWS.get(card.type, {}).get(level, "")


def unknown(card: ModelCard) -> list[str]:
    """Return the parameters of a model that ngspice ignores."""
    known = _PARAMETERS.get(law(card))
    return [] if known is None else [name for name in card.parameters if name not in known]


def sizes(letter: str, card: ModelCard) -> frozenset[str]:
    """Return what may stand behind a device's model by name."""
    return _SIZES[letter] | (_OF_BSIM | _OF_SOI if letter == "m" and not law(card) else frozenset())
