"""Typed places that the gazetteer does not know, asked of a geocoder that the operator chose."""
