"""Pictures of the network: the large map and the schematic."""
