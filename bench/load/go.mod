module motcua/bench/load

go 1.22
