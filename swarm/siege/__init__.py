"""A siege: the adversarial side alone, against a model that is not trained; here is all of it that asks no model."""
