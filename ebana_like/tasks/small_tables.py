"""Which settings serve small tables of any kind? Those that the tasks on them begin from."""

from ebana_like.runs.settings import Settings

SETTINGS = Settings(
    engine="native",
    epochs=60,
    batch=10,
    hidden=(10,),
    diode="schottky",
    volts=2.0,
    on=0.3,
    off=-0.1,
    update="adam",
    lr=(0.005,),
    test=0.2,
)
