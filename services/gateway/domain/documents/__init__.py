"""Documents exchanged with other agencies over the national document axis: edXML of QCVN 102:2016/BTTTT."""
