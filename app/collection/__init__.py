"""How ready permits reach their holder: told, reminded, represented, handed over, accounted for."""
