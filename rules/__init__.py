"""What is known and how it is concluded: facts go in as events, findings come out."""
