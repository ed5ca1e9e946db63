"""How events come in and are kept: appliances, imported records, the journal."""
