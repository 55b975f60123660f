"""Where the network is: areas that people name, who holds them, and which partner serves a ZIP code (C48)."""
