* Diodes. Series resistance and breakdown are left out of every card: the currents here stay below a milliampere and
* the voltages below breakdown, where both change less than the parameters vary from part to part.

* Generic silicon junction.
.model silicon d is=1e-14 n=1

* 1N4148 small-signal diode; IS and N as in the widely shared vendor card.
.model d1n4148 d is=2.52e-9 n=1.752 cjo=4p m=0.4 tt=20n

* Small Schottky diode: large saturation current, ideality near one.
.model schottky d is=1e-7 n=1.05

* Close to the ideal diode of theory: conducts at a few millivolts, blocks without leaking much.
.model ideal d is=1e-9 n=0.05

* Larger Schottky diode.
.model schottky_power d is=1e-6 n=1.05
