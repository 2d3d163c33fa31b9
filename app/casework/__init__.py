"""Cases as staff work them."""
