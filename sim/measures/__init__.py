"""Measures of results: free functions on arrays, flows and samples along the last axis."""

from sim.measures.cash_flows import annuity_factor as annuity_factor
from sim.measures.cash_flows import mirr as mirr
from sim.measures.cash_flows import npv as npv
from sim.measures.cash_flows import payback as payback
from sim.measures.internal_rate import NoRate as NoRate
from sim.measures.internal_rate import irr as irr
from sim.measures.internal_rate import irr_count as irr_count
from sim.measures.internal_rate import irr_with_reason as irr_with_reason
from sim.measures.sampling_error import standard_error as standard_error
from sim.measures.sampling_error import wilson_interval as wilson_interval
from sim.measures.tail_risk import cvar as cvar
from sim.measures.tail_risk import quantile as quantile
