"""From which network visits without a case are booked, and how much one network may have."""
