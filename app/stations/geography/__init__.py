"""Names, positions and streets of the city, and what a person means by them."""
