"""How long things take: whole processes, several runs, beside a hand-written baseline."""
