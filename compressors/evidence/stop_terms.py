"""English function words: terms that say nothing about what a question is after."""

__all__ = ["STOP_TERMS"]

_WORDS = """
a about after again all also although am among an and any are as at be became because become been
before being between both but by can could did do does doing done during each either else ever for
from further get got had has have having he her here hers him his how however i if in into is it
its itself just many may me might more most much must my no nor not of off often on once one only
or other our out over own s same shall she should since so some such t than that the their them
then there these they this those through thus to too under until up upon us used using very was we
were what when where whether which while who whom whose why will with within without would yet you
your
"""

STOP_TERMS = frozenset(_WORDS.split())
