"""Personal data is taken out before anything is stored: patterns.py knows it, screening.py replaces it."""

from swarm.privacy.patterns import BUILT_IN, PRODUCTION
from swarm.privacy.screening import Screen, load_screen

__all__ = ["BUILT_IN", "PRODUCTION", "Screen", "load_screen"]
