"""What tests use: sites to scrape, servers to talk to, clients of the API, and real databases.

Open `site` first: most tests scrape it.
"""
