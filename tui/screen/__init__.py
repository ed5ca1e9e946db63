"""The screen: snapshots of a session shown on a terminal, and keys turned into its commands."""
