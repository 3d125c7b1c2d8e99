"""What `pip install .` installs: a small package for programs that use a spidra-batch server.

It imports nothing of the server, and the server imports only the version from here.
"""

__version__ = "0.1.0"
"""The version of the project: the package, the server and the OpenAPI document."""
