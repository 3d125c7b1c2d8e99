"""Pure rules and shapes that every other package may import.

Options, items, failures, cookies, proxies, addresses, and the rules of JSON Schemas are here. A
module here imports nothing of this project but its neighbours, and does no I/O. Start with
`options.py`: what a client may ask for.
"""
