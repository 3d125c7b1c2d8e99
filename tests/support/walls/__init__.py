"""What stands in front of pages, for tests: samples of walls and of ordinary pages, a site behind
CAPTCHAs, and a solving service."""
