"""The pages of cases, and of the files of the bureaus."""
