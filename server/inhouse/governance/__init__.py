"""What may leave, for where: the machine policy, zones, and the one door every prompt passes."""
