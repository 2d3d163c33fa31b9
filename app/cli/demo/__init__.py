"""Made-up people on the real network: a working day, cases, and two half-years. Never in production."""
