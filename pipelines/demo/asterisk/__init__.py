"""Files of a real Asterisk 22, as they were written: what `callmart demo --asterisk` runs on.

23 minutes of four queues and 19 agents; callers and phones were test clients with made-up numbers.
`callmart.toml` is the project file that fits them.
"""
