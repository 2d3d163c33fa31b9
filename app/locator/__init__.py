"""The public pages of the points: the first page, finding the nearest, one point, the card for the driver."""
