* the Schottky diode of models/ with a barrier of 0.69 eV, which its card leaves at silicon's 1.11 eV
.model schottky_069 d is=1e-7 n=1.05 eg=0.69 xti=2
