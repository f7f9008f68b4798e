{{ statcan_table("12100011", {
    "geography": "GEO",
    "trade": "Trade",
    "basis": "Basis",
    "seasonal_adjustment": "Seasonal adjustment",
    "partner": "Principal trading partners",
}) }}
