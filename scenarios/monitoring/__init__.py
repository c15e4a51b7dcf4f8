"""What observations say of a plan under way: actuals, weights of draws, the fixed past, and records of forecasts."""
