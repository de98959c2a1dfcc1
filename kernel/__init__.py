"""What every service needs and none owns: processes, transport and transactions."""
