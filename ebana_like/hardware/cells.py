"""Which published devices are put side by side, two or four a value? aihwkit's presets of several devices."""

from ebana_like.hardware import presets
from ebana_like.hardware.cell import Cell

IDEALIZED_2, IDEALIZED_4 = Cell(presets.IDEALIZED, 2), Cell(presets.IDEALIZED, 4)
CAPACITOR_2, CAPACITOR_4 = Cell(presets.CAPACITOR, 2), Cell(presets.CAPACITOR, 4)
ECRAM_2, ECRAM_4 = Cell(presets.ECRAM, 2), Cell(presets.ECRAM, 4)
ECRAM_MO_2, ECRAM_MO_4 = Cell(presets.ECRAM_MO, 2), Cell(presets.ECRAM_MO, 4)
RERAM_ES_2, RERAM_ES_4 = Cell(presets.RERAM_ES, 2), Cell(presets.RERAM_ES, 4)
RERAM_SB_2, RERAM_SB_4 = Cell(presets.RERAM_SB, 2), Cell(presets.RERAM_SB, 4)
