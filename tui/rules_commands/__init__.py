"""What `watchkeeper rules` can do; each action is a module of its own, imported when it is asked
for."""
