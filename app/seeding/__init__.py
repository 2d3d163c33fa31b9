"""From reviewable CSV files to rows, as often as one likes."""
