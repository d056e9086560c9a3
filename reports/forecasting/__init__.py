"""Forecasts of contacts by quarter hour: model, test on the past, agents needed.

Plain statistics over plain lists, with no warehouse and no page: `series` holds what came, `model`
says what comes, `backtest` how far off it was and how wide its ranges are, `staffing` how many
agents that needs.
"""
