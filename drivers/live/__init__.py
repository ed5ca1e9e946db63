"""Appliances as they are now: read over HTTPS, again and again, and told as events.

`transport` sends, and can send nothing that changes an appliance; `client` asks one host and never
raises for what it answers; `poller` reads a deployment and gives what is new; `source_facts` say
how well that works.
"""
