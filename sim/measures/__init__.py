"""Measures of results: free functions on arrays, flows and samples along the last axis."""

from sim.measures.cash_flows import annuity_factor as annuity_factor
from sim.measures.cash_flows import mirr as mirr
from sim.measures.cash_flows import npv as npv
from sim.measures.cash_flows import payback as payback
from sim.measures.estimators import ChanceBelow as ChanceBelow
from sim.measures.estimators import Estimator as Estimator
from sim.measures.estimators import Mean as Mean
from sim.measures.estimators import Quantile as Quantile
from sim.measures.estimators import Ratio as Ratio
from sim.measures.estimators import TailMean as TailMean
from sim.measures.estimators import difference_interval as difference_interval
from sim.measures.internal_rate import NoRate as NoRate
from sim.measures.internal_rate import irr as irr
from sim.measures.internal_rate import irr_count as irr_count
from sim.measures.internal_rate import irr_with_reason as irr_with_reason
from sim.measures.intervals import Interval as Interval
from sim.measures.intervals import mean_interval as mean_interval
from sim.measures.intervals import probability_interval as probability_interval
from sim.measures.intervals import ratio_interval as ratio_interval
from sim.measures.intervals import replicated_interval as replicated_interval
from sim.measures.order_statistics import quantile_interval as quantile_interval
from sim.measures.sampling_error import standard_error as standard_error
from sim.measures.sampling_error import wilson_interval as wilson_interval
from sim.measures.tail_interval import cvar_interval as cvar_interval
from sim.measures.tail_risk import cvar as cvar
from sim.measures.tail_risk import quantile as quantile
