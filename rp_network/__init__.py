"""The project: settings, addresses, queue and launcher."""
