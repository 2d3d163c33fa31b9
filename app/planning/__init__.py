"""Opening plans: changed, previewed, saved, undone."""
