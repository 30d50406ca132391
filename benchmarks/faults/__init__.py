"""`make faults`: nothing is lost and nothing done twice while workers, broker, database and servers fail."""
