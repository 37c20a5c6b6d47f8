"""What the numbers allow one to say: verdicts, intervals, fairness. No torch, no charts."""
