"""What a run costs and how right it is, measured beside other tools."""
