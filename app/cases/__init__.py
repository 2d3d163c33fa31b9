"""One applicant's pair of permits: its legs, its readiness, its two keys (link and code)."""
