"""The keys that encrypt personal data, as this database knows them."""
