"""What every call of the REST API shares: who may, what it takes, how it answers, how it refuses."""
