"""Which settings were given that nothing in a training asks for? Whoever gave one thinks that it does something."""

from collections.abc import Iterator

from ebana_like.hardware.catalog import MEASURED
from ebana_like.learning import COSTS, ESTIMATORS
from ebana_like.runs.assembly import SETTINGS_OF, settings_of
from ebana_like.runs.settings import TrainingSettings

_WITH = {
    "gain": ("neurons", "pairs"),
    "feedback": ("neurons", "pairs"),
    "clamp": ("neurons", "pairs"),
    "workers": ("engine", "ngspice"),
    "device_bins": ("technology", MEASURED),
}
"""Settings that only go with one value of another one."""


def without_effect(settings: TrainingSettings, usual: TrainingSettings) -> list[str]:
    """Return a sentence for every setting that is not as usual and has no effect beside the others."""
    said = {}
    for name, why in _idle(settings):
        value = getattr(settings, name, None)
        if value != getattr(usual, name, None):
            shown = ",".join(f"{part:g}" for part in value) if isinstance(value, tuple) else value
            said[name] = f"{name} is {shown}, without effect: {why}"
    return list(said.values())


def _idle(settings: TrainingSettings) -> Iterator[tuple[str, str]]:
    """Yield the settings without effect beside the others, given or not, and why."""
    for role, kinds in (("cost", COSTS), ("estimator", ESTIMATORS)):
        chosen = getattr(settings, role)
        for name in SETTINGS_OF[role]:
            if name not in settings_of(role, kinds[chosen]):
                yield name, f"{role} is {chosen}"
    for name, (setting, value) in _WITH.items():
        if getattr(settings, setting, value) != value:
            yield name, f"{setting} is {getattr(settings, setting)}"
    if not getattr(settings, "bias_limit", 0.0):
        yield "lr_bias", "bias_limit is 0"
    if 0 not in getattr(settings, "lr", ()):
        yield "lr_by_size", "lr is given"
