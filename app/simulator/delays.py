"""How long the tax administration takes, drawn at random.

One rule: the caller's random source decides everything. The end points are public statements of providers (same day
after hours, up to more than ten hours, next day); the shape between them is ours: half of all invoices are visible
after about 25 minutes.
"""

import math
from datetime import timedelta
from random import Random

from app.simulator.behaviour import Uploading, Visibility

MEDIAN_VISIBLE = timedelta(minutes=25)
QUICK = (timedelta(minutes=1), timedelta(hours=3))
TAIL = (timedelta(hours=3), timedelta(hours=14))
LATE = (timedelta(hours=24), timedelta(hours=48))
MEDIAN_UPLOADED = timedelta(seconds=40)
UPLOADED = (timedelta(seconds=3), timedelta(minutes=10))

Span = tuple[timedelta, timedelta]


def visible_after(random: Random, shape: Visibility) -> timedelta:
    """From registration until the proof shows the invoice."""
    dice = random.random()
    if dice < shape.late_share:
        return _between(random, LATE) * shape.scale
    if dice < shape.late_share + shape.tail_share:
        return _between(random, TAIL) * shape.scale
    return _around(random, MEDIAN_VISIBLE, QUICK) * shape.scale


def uploaded_after(random: Random, shape: Uploading) -> timedelta:
    """From registration until the channel has uploaded the invoice, or failed to."""
    return _around(random, MEDIAN_UPLOADED, UPLOADED) * shape.scale


def _between(random: Random, span: Span) -> timedelta:
    return span[0] + (span[1] - span[0]) * random.random()


def _around(random: Random, median: timedelta, span: Span) -> timedelta:
    """Log-normal around the median, kept within the span."""
    drawn = median * random.lognormvariate(0.0, math.log(2.5))
    return min(max(drawn, span[0]), span[1])
