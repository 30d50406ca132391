"""Headers by which the server under test tells what an answer took."""

SQL_HEADER = "X-Bench-SQL"
CPU_HEADER = "X-Bench-CPU-Ms"
