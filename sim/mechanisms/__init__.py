"""The physics of a business, each mechanism once: pure formulas that both engines use."""

from sim.mechanisms.adoption_curve import bass_adoption as bass_adoption
from sim.mechanisms.elementwise import Elementwise as Elementwise
from sim.mechanisms.elementwise import Range as Range
from sim.mechanisms.elementwise import compile_scalar as compile_scalar
from sim.mechanisms.elementwise import elementwise as elementwise
from sim.mechanisms.insurance import insurance_payout as insurance_payout
from sim.mechanisms.involvement import ceiling_of as ceiling_of
from sim.mechanisms.normal import normal_cdf as normal_cdf
from sim.mechanisms.normal import normal_quantile as normal_quantile
from sim.mechanisms.overrun import overrun_mean as overrun_mean
from sim.mechanisms.overrun import overrun_ratio as overrun_ratio
from sim.mechanisms.queues import allen_cunneen_wait as allen_cunneen_wait
from sim.mechanisms.queues import departure_scv as departure_scv
from sim.mechanisms.queues import erlang_b as erlang_b
from sim.mechanisms.queues import erlang_c as erlang_c
from sim.mechanisms.queues import wait_exceedance as wait_exceedance
from sim.mechanisms.relevance import relevance as relevance
from sim.mechanisms.severity import lognormal_limited_mean as lognormal_limited_mean
from sim.mechanisms.severity import severity_limited_mean as severity_limited_mean
from sim.mechanisms.severity import severity_mean as severity_mean
from sim.mechanisms.severity import severity_quantile as severity_quantile
<<<<<<< HEAD
from sim.mechanisms.skill_gap import extra_work as extra_work
from sim.mechanisms.skill_gap import failure_with_gap as failure_with_gap
=======
from sim.mechanisms.silo import by_hand_share as by_hand_share
from sim.mechanisms.silo import silo_lost_share as silo_lost_share
>>>>>>> main
from sim.mechanisms.wear import weibull_cumulative_hazard as weibull_cumulative_hazard
from sim.mechanisms.wear import weibull_inverse_cumulative_hazard as weibull_inverse_cumulative_hazard
