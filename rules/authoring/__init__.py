"""What helps to write rule bases: looking into them, testing them, proving them, printing them."""
