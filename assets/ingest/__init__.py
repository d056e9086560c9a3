"""From files in landing/ to the raw and staging lake: one package per source system.

The modules beside the packages are what every source shares: finding new files, reading lines,
pseudonyms, quarantine, and the replacement of what new lines touch. They know no source system.
"""
