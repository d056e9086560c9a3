"""What is sent when a day or week is over: composed from the published site, sent, and noted.

Here is all that reaches for the network, and only where the project file asks for it.
"""
